import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signatureOf } from '../../src/sandbox/carrier/signature.ts'
import { ACCOUNT_SID, AUTH_TOKEN, startPair } from './carrier-our-side.ts'
import type { Pair } from './carrier-our-side.ts'

let pair: Pair
beforeAll(async () => {
  pair = await startPair()
})
afterAll(() => pair.stop())

const say = (text: string): string => `<Response><Say>${text}</Say></Response>`

describe('POST Calls.json', () => {
  const dialWith = (form: Record<string, string>) => pair.request('/Calls.json', Object.entries(form))
  const good = { To: '+14155550104', From: '+14155551000', Url: 'http://127.0.0.1:9/twiml' }

  it('answers 201 with the queued call', async () => {
    const { status, body } = await dialWith(good)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      account_sid: ACCOUNT_SID,
      to: good.To,
      from: good.From,
      status: 'queued',
      direction: 'outbound-api',
      start_time: null,
      api_version: '2010-04-01',
    })
    expect(body['sid']).toMatch(/^CA[0-9a-f]{32}$/)
    expect(body['date_created']).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/)
    expect(body['uri']).toBe(`/2010-04-01/Accounts/${ACCOUNT_SID}/Calls/${body['sid']}.json`)
  })

  it.each([
    ['no To', { To: '' }, 21201],
    ['a To that is no number', { To: '4155550100' }, 21211],
    ['a To that the scenario refuses', { To: '+14155550105' }, 21211],
    ['no From', { From: '' }, 21213],
    ['a From that is no number', { From: 'me' }, 21212],
    ['a Url that is none', { Url: 'nowhere' }, 21205],
    ['a StatusCallback that is no URL', { StatusCallback: '/status' }, 21609],
    ['an unknown event', { StatusCallbackEvent: 'finished' }, 20001],
    ['a Timeout over 600', { Timeout: '601' }, 20001],
    ['a TimeLimit that is no number', { TimeLimit: 'long' }, 20001],
    ['a machine detection that does not exist', { MachineDetection: 'true' }, 20001],
    ['an unknown parameter', { Priority: '1' }, 20001],
    ['a parameter named as no table row', { constructor: '1' }, 20001],
    ['TwiML over 4,000 characters', { Twiml: 'x'.repeat(4001) }, 20001],
    ['a parameter that needs a SIP trunk', { Byoc: 'BY1' }, 20001],
  ])('refuses %s with Twilio’s error', async (_what, change, code) => {
    const { status, body } = await dialWith({ ...good, ...change })
    expect(status).toBe(400)
    expect(body).toEqual({
      code,
      status: 400,
      message: expect.any(String),
      more_info: `https://www.twilio.com/docs/errors/${code}`,
    })
  })

  it('keeps an account of each dial, refused ones too', async () => {
    await dialWith({ ...good, To: '+14155550105' })
    const { dials } = (await (await fetch(`${pair.sandbox.url}/sandbox/legs`)).json()) as { dials: object[] }
    expect(dials.at(-1)).toMatchObject({ to: '+14155550105', sid: null, errorCode: 21211 })
  })

  it('refuses wrong credentials with 20003, other accounts and paths with 20404', async () => {
    const wrong = await pair.request('/Calls.json', Object.entries(good), { authorization: 'Basic eDp5' })
    expect([wrong.status, wrong.body['code']]).toEqual([401, 20003])
    const none = await pair.request('/Calls/CA0.json')
    expect([none.status, none.body['code']]).toEqual([404, 20404])
    const other = await pair.request('/Recordings.json')
    expect([other.status, other.body['code']]).toEqual([404, 20404])
  })
})

describe('GET Calls.json', () => {
  it('filters by number, status and start, newest first, and pages', async () => {
    const to = '+14155550177'
    const sids = []
    for (let i = 0; i < 3; i++) sids.push(await pair.dial({ To: to, Twiml: say('Hi') }))
    await Promise.all(sids.map(pair.ended))
    const list = async (query: string) => (await pair.request(`/Calls.json?${query}`)).body
    const number = encodeURIComponent(to)
    const first = await list(`To=${number}&Status=completed&StartTime>=2020-01-01&PageSize=2`)
    expect(first.calls!.map(call => call.sid)).toEqual([sids[2], sids[1]])
    expect(first).toMatchObject({ page: 0, page_size: 2, start: 0, end: 1, previous_page_uri: null })
    const second = await list(first.next_page_uri!.split('?')[1]!)
    expect(second.calls!.map(call => call.sid)).toEqual([sids[0]])
    expect(second.next_page_uri).toBeNull()
    expect((await list(`To=${number}&StartTime>=2999-01-01`))['calls']).toEqual([])
    expect((await list(`Colour=red`))['code']).toBe(20001)
  })
})

describe('a call', () => {
  it('tells its status in order, numbered, signed, and lasts as long as it took in media time', async () => {
    pair.us.answer(request => (request.path === '/twiml' ? '<Response><Pause length="7"/></Response>' : ''))
    const sid = await pair.dial()
    const leg = await pair.ended(sid)
    await pair.us.until(() => pair.statusesOf(sid).length === 4)
    const told = pair.statusesOf(sid).sort((a, b) => Number(a['SequenceNumber']) - Number(b['SequenceNumber']))
    expect(told.map(form => [form['SequenceNumber'], form['CallStatus']])).toEqual([
      ['0', 'initiated'],
      ['1', 'ringing'],
      ['2', 'in-progress'],
      ['3', 'completed'],
    ])
    expect(told[3]).toMatchObject({
      CallbackSource: 'call-progress-events',
      AccountSid: ACCOUNT_SID,
      Direction: 'outbound-api',
    })
    expect(Number(told[3]!['CallDuration'])).toBeGreaterThanOrEqual(7)
    expect(told[0]!['CallDuration']).toBeUndefined()
    for (const request of pair.us.received)
      expect(request.headers['x-twilio-signature']).toBe(signatureOf(AUTH_TOKEN, request.url, request.form))
    expect(leg.statuses.map(entry => entry.status)).toEqual([
      'queued',
      'initiated',
      'ringing',
      'in-progress',
      'completed',
    ])
    expect(leg.warnings).toEqual([])
  })

  it.each([
    ['+14155550103', 'busy'],
    ['+14155550104', 'no-answer'],
  ])('to %s ends %s, and nobody asks for instructions', async (to, status) => {
    const before = pair.us.received.filter(request => request.path === '/twiml').length
    const leg = await pair.ended(await pair.dial({ To: to, Timeout: '20' }))
    expect([leg.status, leg.durationSeconds]).toEqual([status, 0])
    expect(pair.us.received.filter(request => request.path === '/twiml')).toHaveLength(before)
  })

  it('is cut off at its TimeLimit', async () => {
    const leg = await pair.ended(
      await pair.dial({ Twiml: '<Response><Pause length="600"/></Response>', TimeLimit: '3' }),
    )
    expect([leg.status, leg.durationSeconds]).toEqual(['completed', 3])
  })

  it('is canceled while it rings, and cannot be changed afterwards', async () => {
    const sid = await pair.dial({ To: '+14155550104', Timeout: '600' })
    await pair.us.until(() => pair.statusesOf(sid).some(form => form['CallStatus'] === 'ringing'))
    const { body } = await pair.request(`/Calls/${sid}.json`, [['Status', 'canceled']])
    expect(body['status']).toBe('canceled')
    expect((await pair.ended(sid)).status).toBe('canceled')
    const again = await pair.request(`/Calls/${sid}.json`, [['Status', 'completed']])
    expect([again.status, again.body['code']]).toEqual([400, 21220])
  })

  it('is hung up, and redirected, by REST while it lasts', async () => {
    const twiml = '<Response><Pause length="600"/></Response>'
    const sid = await pair.dial({ Twiml: twiml })
    await pair.us.until(() => pair.statusesOf(sid).some(form => form['CallStatus'] === 'in-progress'))
    await pair.request(`/Calls/${sid}.json`, [
      ['Twiml', `<Response><Redirect>${pair.us.url}/next</Redirect></Response>`],
    ])
    await pair.us.until(() => pair.us.received.some(request => request.path === '/next'))
    expect((await pair.request(`/Calls/${sid}.json`, [['Status', 'canceled']])).body['code']).toBe(21220)
    const other = await pair.dial({ Twiml: twiml })
    await pair.us.until(() => pair.statusesOf(other).some(form => form['CallStatus'] === 'in-progress'))
    expect((await pair.request(`/Calls/${other}.json`, [['Status', 'completed']])).body['status']).toBe(
      'completed',
    )
    expect((await pair.ended(other)).status).toBe('completed')
  })

  it('says who answered: at once in the background, or before it asks for instructions', async () => {
    pair.us.answer(request => (request.path === '/twiml' ? '<Response><Pause length="4"/></Response>' : ''))
    const amd = { MachineDetection: 'Enable', AsyncAmd: 'true', AsyncAmdStatusCallback: `${pair.us.url}/amd` }
    await pair.ended(await pair.dial(amd))
    const told = pair.us.received.find(request => request.path === '/amd')
    expect(told?.form).toMatchObject({ AnsweredBy: 'human', MachineDetectionDuration: '2000' })
    const sid = await pair.dial({ MachineDetection: 'Enable' })
    await pair.ended(sid)
    const asked = pair.us.received.find(one => one.path === '/twiml' && one.form['CallSid'] === sid)
    expect(asked?.form).toMatchObject({ AnsweredBy: 'human', CallStatus: 'in-progress' })
  })

  it.each([
    ['+14155550120', 'Enable', 'machine_start'],
    ['+14155550120', 'DetectMessageEnd', 'machine_end_beep'],
    ['+14155550121', 'DetectMessageEnd', 'human'],
    ['+14155550122', 'Enable', 'machine_start'],
    ['+14155550122', 'DetectMessageEnd', 'machine_end_other'],
    ['+14155550123', 'DetectMessageEnd', 'fax'],
    ['+14155550124', 'DetectMessageEnd', 'unknown'],
  ])('takes %s, asked to %s, for %s', async (To, MachineDetection, expected) => {
    pair.us.answer(request => (request.path === '/twiml' ? '<Response><Pause length="32"/></Response>' : ''))
    const amd = { MachineDetection, AsyncAmd: 'true', AsyncAmdStatusCallback: `${pair.us.url}/amd` }
    const sid = await pair.dial({ To, ...amd })
    const leg = await pair.ended(sid)
    const told = pair.us.received.find(({ path, form }) => path === '/amd' && form['CallSid'] === sid)
    expect(told?.form['AnsweredBy']).toBe(expected)
    const greeting = leg.callee.find(({ kind }) => kind === 'said')
    if (expected === 'machine_end_beep')
      expect(Number(told?.form['MachineDetectionDuration'])).toBeGreaterThan(greeting!.endMs)
  })
})

describe('TwiML', () => {
  const heardOn = async (body: string, more: object = {}) => {
    pair.us.answer(request => (request.path === '/twiml' ? { body, ...more } : ''))
    const leg = await pair.ended(await pair.dial())
    return {
      heard: leg.callee.filter(line => line.kind === 'heard').map(line => line.text),
      warnings: leg.warnings.map(warning => warning.code),
      status: leg.status,
    }
  }
  const SORRY = 'We are sorry, an application error has occurred. Goodbye.'

  it('runs its verbs in order until a Hangup', async () => {
    const xml =
      '<Response><Say loop="2">One &amp; &#50;</Say><Pause/><Say>Two</Say><Hangup/><Say>Three</Say></Response>'
    expect(await heardOn(xml)).toEqual({ heard: ['One & 2', 'One & 2', 'Two'], warnings: [], status: 'completed' })
  })

  it('goes on at the Redirect, which may be relative', async () => {
    pair.us.answer(({ path }) =>
      path === '/twiml'
        ? '<Response><Redirect method="GET">/more?x=1</Redirect><Say>No</Say></Response>'
        : say('More'),
    )
    const sid = await pair.dial()
    const leg = await pair.ended(sid)
    expect(leg.callee.filter(line => line.kind === 'heard').map(line => line.text)).toEqual(['More'])
    const asked = pair.us.received.find(request => request.path === '/more' && request.url.includes(sid))
    expect([asked?.method, new URL(asked!.url).searchParams.get('x')]).toEqual(['GET', '1'])
    expect(asked?.headers['x-twilio-signature']).toBe(signatureOf(AUTH_TOKEN, asked!.url))
  })

  it.each([
    ['is not well-formed', '<Response><Say>Hi</Response>', {}, 12100],
    ['has another root', '<Reply><Say>Hi</Say></Reply>', {}, 12102],
    ['cannot be had', '', { status: 500 }, 11200],
    ['is of another type', say('Hi'), { type: 'application/json' }, 12300],
  ])('that %s ends the call with an apology and a warning', async (_what, body, more, code) => {
    expect(await heardOn(body, more)).toEqual({ heard: [SORRY], warnings: [code], status: 'completed' })
  })

  it('leaves out what it does not know, with a warning', async () => {
    const xml = '<Response><Sing>La</Sing><Say mood="merry">Hi</Say></Response>'
    expect(await heardOn(xml)).toEqual({ heard: ['Hi'], warnings: [12200, 12200], status: 'completed' })
  })

  it('comes from the FallbackUrl where the Url fails', async () => {
    pair.us.answer(({ path }) => (path === '/twiml' ? { status: 500 } : say('Plan B')))
    const sid = await pair.dial({ FallbackUrl: `${pair.us.url}/fallback` })
    const leg = await pair.ended(sid)
    expect(leg.callee.filter(line => line.kind === 'heard').map(line => line.text)).toEqual(['Plan B'])
    const asked = pair.us.received.find(one => one.path === '/fallback' && one.form['CallSid'] === sid)
    expect(asked?.form).toMatchObject({ ErrorCode: '11200', ErrorUrl: `${pair.us.url}/twiml` })
  })
})

describe('a signature', () => {
  it('is the one in Twilio’s documentation', () => {
    const form = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675310',
      Digits: '1234',
      From: '+14158675310',
      To: '+18005551212',
    }
    const url = 'https://example.com/myapp.php?foo=1&bar=2'
    expect(signatureOf('12345', url, form)).toBe('L/OH5YylLD5NRKLltdqwSvS0BnU=')
  })
})

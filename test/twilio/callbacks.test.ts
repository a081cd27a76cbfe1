// The carrier's requests to the API, signed as Twilio documents it, over real HTTP.
import { expect, test } from 'vitest'

import type { HostLease } from '../../src/hosts/host.ts'
import { PUBLIC_URL, useApi } from '../api/api.ts'
import { LEG, OTHER_LEG, createCarrierRequests, signatureOf } from './carrier-requests.ts'

const api = useApi()

const { tell, told, dialedCall } = createCarrierRequests(api)

const offerHost = async (callId: string, generation: number, lease: Partial<HostLease> = {}): Promise<string> => {
  const token = `token-${callId}-${generation}`
  const host = `host-${callId}-${generation}`
  const fresh = { renewedAt: new Date(), slots: 20, live: 0 }
  await api().hosts.renew({ _id: host, url: 'wss://h/streams', mode: 'test', ...fresh, ...lease })
  const expiresAt = new Date(Date.now() + 600_000)
  await api().conversations.setReady(callId, { generation, host, url: 'wss://h/streams', token, expiresAt })
  return token
}

const STALE = { renewedAt: new Date(Date.now() - 60_000) }

const answered = (CallSid = LEG) => ({ CallSid, CallStatus: 'in-progress' })

const connected = (id: string, generation: number, token: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="wss://h/streams"><Parameter name="token" value="${token}"/><Parameter name="call_id" value="${id}"/><Parameter name="generation" value="${generation}"/></Stream></Connect><Redirect method="POST">${PUBLIC_URL}/carrier/test/calls/${id}/instructions?after=${generation}</Redirect></Response>`
const HANG_UP = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'

test('at the answer the carrier is connected to the ready host, and the call is in progress', async () => {
  const id = await dialedCall()
  const token = await offerHost(id, 1)
  const { status, type, text } = await tell(`${id}/instructions`, answered())
  expect([status, type]).toEqual([200, 'text/xml; charset=utf-8'])
  expect(text).toBe(connected(id, 1, token))
  expect(await api().calls.find(id)).toMatchObject({
    status: 'in_progress',
    legId: LEG,
    startedAt: expect.any(Date),
    dial: { state: 'submitted' },
  })
  expect(told(id)).toEqual([['startCall'], ['signalAnswered']])
})

test('once the conversation has ended, the carrier is told to hang up', async () => {
  const id = await dialedCall()
  await offerHost(id, 1)
  await api().conversations.end(id, { by: 'workflow', reason: 'canceled', at: new Date() })
  expect((await tell(`${id}/instructions?after=1`, answered())).text).toBe(HANG_UP)
})

test('after a lost stream the carrier is connected to the successor, as soon as there is one', async () => {
  const id = await dialedCall()
  const first = await offerHost(id, 1)
  await tell(`${id}/instructions`, answered())
  await api().conversations.start(id, 1, first, new Date())
  const asked = tell(`${id}/instructions?after=1`, answered())
  const token = await offerHost(id, 2)
  expect((await asked).text).toBe(connected(id, 2, token))
})

test('while nobody can take the stream the engine is told once, and the carrier asks again after a filler', async () => {
  const id = await dialedCall()
  const first = await offerHost(id, 1)
  await tell(`${id}/instructions`, answered())
  await api().conversations.start(id, 1, first, new Date())
  const { text } = await tell(`${id}/instructions?after=1`, answered())
  const again = /^<\?xml.*<Say>.+<\/Say><Redirect method="POST">(.+)<\/Redirect><\/Response>$/.exec(text)?.[1]
  expect(again).toMatch(/\/instructions\?after=1&amp;since=\d{13}$/)
  expect(told(id)).toContainEqual(['signalStreamLost', 1])
  expect(told(id).filter(([name]) => name === 'signalStreamLost')).toHaveLength(1)
})

test.each([
  ['whose lease is stale', STALE],
  ['that is told to stop', { draining: true }],
])('a ready host %s is not offered, and counts as lost', async (_why, lease) => {
  const id = await dialedCall()
  await offerHost(id, 1, lease)
  const { text } = await tell(`${id}/instructions`, answered())
  expect(text).toContain('<Redirect')
  expect(text).not.toContain('<Connect')
  expect(told(id)).toContainEqual(['signalStreamLost', 1])
})

test('twenty seconds after the first ask in vain the carrier says goodbye, and the conversation is over', async () => {
  const id = await dialedCall()
  await offerHost(id, 1, STALE)
  const { text } = await tell(`${id}/instructions?since=${Date.now() - 20_000}`, answered())
  expect(text).toMatch(/<Say>.*Goodbye\.<\/Say><Hangup\/><\/Response>$/)
  expect((await api().conversations.find(id))?.ended).toMatchObject({ by: 'carrier', reason: 'media_lost' })
})

test('a second leg of a call is hung up, by its instructions and by its callbacks', async () => {
  const id = await dialedCall()
  const token = await offerHost(id, 1)
  await tell(`${id}/status`, { CallSid: LEG, CallStatus: 'ringing' })
  expect((await tell(`${id}/instructions`, answered(OTHER_LEG))).text).toBe(HANG_UP)
  await tell(`${id}/status`, { CallSid: OTHER_LEG, CallStatus: 'ringing' })
  expect(api().hungUp).toContain(OTHER_LEG)
  expect(api().hungUp).not.toContain(LEG)
  expect((await tell(`${id}/instructions`, answered())).text).toBe(connected(id, 1, token))
})

test('a leg of an unknown call, or of one that has ended, is hung up', async () => {
  expect((await tell('cl_unknown/instructions', answered(OTHER_LEG))).text).toBe(HANG_UP)
  const late = `CA${'3'.repeat(32)}`
  const id = await dialedCall()
  await api().calls.advance(id, 'failed', { errorCode: 'dial_unknown' })
  expect((await tell(`${id}/status`, { CallSid: late, CallStatus: 'initiated' })).status).toBe(204)
  expect(api().hungUp).toContain(late)
  expect((await tell(`${id}/instructions`, answered(late))).text).toBe(HANG_UP)
})

test('the first callback binds the leg, even if the answer to the dial was lost', async () => {
  const id = await dialedCall()
  await tell(`${id}/status`, { CallSid: LEG, CallStatus: 'initiated', SequenceNumber: '0' })
  expect(await api().calls.find(id)).toMatchObject({ status: 'dialing', legId: LEG })
})

test('callbacks in any order and any number end in the same state, and the engine hears each thing once', async () => {
  const id = await dialedCall()
  const statuses = ['completed', 'ringing', 'in-progress', 'completed', 'initiated', 'in-progress']
  for (const CallStatus of statuses)
    expect((await tell(`${id}/status`, { CallSid: LEG, CallStatus, SequenceNumber: '1' })).status).toBe(204)
  expect(await api().calls.find(id)).toMatchObject({
    status: 'in_progress',
    legId: LEG,
    leg: { ended: 'completed' },
  })
  expect((await api().conversations.find(id))?.ended).toMatchObject({ by: 'carrier', reason: 'callee_hung_up' })
  expect(told(id).filter(([name]) => name === 'signalLegEnded')).toEqual([['signalLegEnded', 'completed']])
})

test('a leg that completed was answered, even if nothing else was heard of it', async () => {
  const id = await dialedCall()
  await tell(`${id}/status`, { CallSid: LEG, CallStatus: 'completed' })
  expect(await api().calls.find(id)).toMatchObject({ status: 'in_progress', startedAt: expect.any(Date) })
})

test.each([
  ['busy', 'busy'],
  ['no-answer', 'no_answer'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
])('a leg that ends %s was not answered', async (CallStatus, ended) => {
  const id = await dialedCall()
  await tell(`${id}/status`, { CallSid: LEG, CallStatus })
  expect(await api().calls.find(id)).toMatchObject({ startedAt: null, leg: { ended } })
  expect((await api().conversations.find(id))?.ended?.reason).toBe('not_answered')
  expect(told(id)).toContainEqual(['signalLegEnded', ended])
})

test('the store has a callback even if the engine is away', async () => {
  const id = await dialedCall()
  api().engine.isAway = true
  const { status } = await tell(`${id}/status`, { CallSid: LEG, CallStatus: 'completed' })
  api().engine.isAway = false
  expect(status).toBe(204)
  expect((await api().calls.find(id))?.leg.ended).toBe('completed')
})

test.each([
  ['human', 'human'],
  ['machine_start', 'machine'],
  ['fax', 'machine'],
  ['unknown', null],
])('AnsweredBy %s is noted as %s', async (AnsweredBy, expected) => {
  const id = await dialedCall()
  expect((await tell(`${id}/amd`, { CallSid: LEG, AnsweredBy })).status).toBe(204)
  expect((await api().calls.find(id))?.answeredBy).toBe(expected)
})

test.each([
  ['human', 'human'],
  ['machine_start', 'machine'],
  ['machine_end_beep', 'message_end'],
  ['machine_end_silence', 'message_end'],
  ['machine_end_other', 'message_end'],
  ['fax', 'fax'],
  ['unknown', null],
])('AnsweredBy %s reaches the conversation as %s, and only the first counts', async (AnsweredBy, expected) => {
  const id = await dialedCall()
  await tell(`${id}/amd`, { CallSid: LEG, AnsweredBy })
  expect((await api().conversations.find(id))?.detected).toBe(expected)
  await tell(`${id}/amd`, { CallSid: LEG, AnsweredBy: 'human' })
  expect((await api().conversations.find(id))?.detected).toBe(expected ?? 'human')
})

test.each(['instructions', 'instructions?after=1', 'status', 'amd'])(
  'a request for %s without the right signature is refused and changes nothing',
  async path => {
    const id = await dialedCall()
    const before = await api().calls.find(id)
    const form = { CallSid: LEG, CallStatus: 'completed', AnsweredBy: 'human' }
    const target = `/carrier/test/calls/${id}/${path}`
    const wrong = [
      '',
      'x',
      signatureOf(PUBLIC_URL + target, form, 'another-token'),
      signatureOf(PUBLIC_URL + target, { ...form, CallStatus: 'busy' }),
      signatureOf(api().url + target, form),
      signatureOf(`https://evil${target}`, form),
      signatureOf(`${PUBLIC_URL}${target}&after=2`, form),
    ]
    for (const signature of wrong) expect((await tell(`${id}/${path}`, form, signature)).status).toBe(403)
    expect(await api().calls.find(id)).toEqual(before)
  },
)

test('a mode without a carrier has no carrier routes', async () => {
  expect((await tell('cl_1/status', answered(), undefined, 'live')).status).toBe(404)
  expect((await tell('cl_1/status', answered(), undefined, '__proto__')).status).toBe(404)
})

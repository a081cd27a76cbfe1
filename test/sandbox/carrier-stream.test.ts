import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { signatureOf } from '../../src/sandbox/carrier/signature.ts'
import { createListener } from '../../src/sandbox/voice/listener.ts'
import { speak } from '../../src/sandbox/voice/speech.ts'
import { ACCOUNT_SID, AUTH_TOKEN, connectTwiml, startPair } from './carrier-our-side.ts'
import type { Message, Pair } from './carrier-our-side.ts'

let pair: Pair
beforeAll(async () => {
  pair = await startPair()
})
afterAll(() => pair.stop())
beforeEach(() => {
  pair.us.answer(request => (request.path === '/twiml' ? connectTwiml(pair.us.streamUrl, '<Say>After</Say>') : ''))
  pair.us.messages.length = 0
  pair.us.upgrades.length = 0
})

type Serve = (socket: WebSocket, start: Message, send: (message: object) => void) => void
const callWith = async (serve: Serve) => {
  pair.us.serve(serve)
  const sid = await pair.dial()
  return { sid, leg: await pair.ended(sid) }
}
const media = (audio: Uint8Array): object => ({
  event: 'media',
  media: { payload: Buffer.from(audio).toString('base64') },
})
const mark = (name: string): object => ({ event: 'mark', mark: { name } })
const words = (text: string, utterance = 1): Uint8Array =>
  new Uint8Array(Buffer.concat(speak({ text, utterance })))
const onMark = (socket: WebSocket, then: (name: string) => void): void => {
  socket.on('carrier', (message: Message) => {
    if (message.event === 'mark') then((message['mark'] as { name: string }).name)
  })
}
const heard = (leg: Awaited<ReturnType<Pair['leg']>>): [string, boolean][] =>
  leg.callee.filter(line => line.kind === 'heard').map(line => [line.text, line.whole])

describe('a media stream', () => {
  it('is opened signed, and speaks as documented: connected, start, media every 20 ms, mark, numbers as strings', async () => {
    const { sid, leg } = await callWith((socket, _start, send) => {
      send(media(words('Hello there')))
      send(mark('done'))
      onMark(socket, () => socket.close(1000))
    })
    expect(pair.us.upgrades[0]!['x-twilio-signature']).toBe(signatureOf(AUTH_TOKEN, pair.us.streamUrl))
    const [connected, start, ...others] = pair.us.messages
    const streamSid = leg.streams[0]!.streamSid
    expect(connected).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' })
    expect(start).toEqual({
      event: 'start',
      sequenceNumber: '1',
      streamSid,
      start: {
        accountSid: ACCOUNT_SID,
        callSid: sid,
        streamSid,
        tracks: ['inbound'],
        customParameters: { token: 't&1' },
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      },
    })
    expect(others.map(one => one['sequenceNumber'])).toEqual(others.map((_, i) => String(i + 2)))
    const frames = others.filter(one => one.event === 'media')
    expect(frames.map(one => one['media'])).toEqual(
      frames.map((_, i) => ({
        track: 'inbound',
        chunk: String(i + 1),
        timestamp: String(i * 20),
        payload: expect.stringMatching(/^[A-Za-z0-9+/]{214}==$/),
      })),
    )
    // 37 frames of speech: the mark comes back with the last of them, not before.
    const marked = others.findIndex(one => one.event === 'mark')
    expect(others.slice(0, marked).filter(one => one.event === 'media').length).toBeGreaterThanOrEqual(37)
    expect(leg.streams[0]).toMatchObject({ end: 'served', closeCode: 1000, framesPlayed: 37 })
    expect(leg.warnings).toEqual([])
  })

  it('is followed by the next verb when our side closes it, or breaks it off', async () => {
    const closed = await callWith(socket => socket.close(1000))
    expect(heard(closed.leg)).toEqual([['After', true]])
    const broken = await callWith(socket => socket.terminate())
    expect(heard(broken.leg)).toEqual([['After', true]])
    expect(broken.leg.streams[0]).toMatchObject({ end: 'broken', closeCode: 1006 })
    expect(broken.leg.warnings.map(one => one.code)).toEqual([31921])
  })

  it('that cannot be had is warned of, and the next verb runs', async () => {
    pair.us.answer(({ path }) => (path === '/twiml' ? connectTwiml('ws://127.0.0.1:9/', '<Say>After</Say>') : ''))
    const { leg } = await callWith(() => undefined)
    expect([leg.streams[0]!.end, leg.warnings.map(one => one.code), heard(leg)]).toEqual([
      'refused',
      [31902],
      [['After', true]],
    ])
    pair.us.answer(({ path }) =>
      path === '/twiml' ? connectTwiml(`${pair.sandbox.url}/`.replace('http', 'ws')) : '',
    )
    expect((await callWith(() => undefined)).leg.warnings.map(one => one.code)).toEqual([31920])
    pair.us.answer(({ path }) => (path === '/twiml' ? connectTwiml(`${pair.us.streamUrl}?a=1`) : ''))
    expect((await callWith(() => undefined)).leg.warnings.map(one => one.code)).toEqual([11100])
  })

  it.each([
    ['text that is no JSON', (socket: WebSocket) => socket.send('{'), 31951],
    ['a binary message', (socket: WebSocket) => socket.send(Buffer.from([1])), 31950],
    ['an unknown event', (_: WebSocket, send: (m: object) => void) => send({ event: 'stop' }), 31951],
    [
      'an unexpected field',
      (_: WebSocket, send: (m: object) => void) => send({ event: 'clear', now: true }),
      31951,
    ],
    [
      'a payload that is no base64',
      (_: WebSocket, send: (m: object) => void) => send({ event: 'media', media: { payload: '*' } }),
      31951,
    ],
    [
      'another stream’s sid',
      (_: WebSocket, send: (m: object) => void) => send({ ...mark('x'), streamSid: 'MZ0' }),
      31951,
    ],
  ])('does not take %s: a warning, once, and its end', async (_what, send, code) => {
    const { leg } = await callWith((socket, _start, sendMessage) => {
      send(socket, sendMessage)
      send(socket, sendMessage)
    })
    expect(leg.warnings.map(one => one.code)).toEqual([code])
    expect(leg.streams[0]!.end).toBe('invalid')
    expect(pair.us.messages.at(-1)).toMatchObject({ event: 'stop', stop: { accountSid: ACCOUNT_SID } })
  })

  it('plays what it gets, cut up in any way, frame by frame, and pads a partial frame at a mark', async () => {
    const audio = words('A table for two, please.')
    const { leg } = await callWith((socket, _start, send) => {
      for (let at = 0; at < audio.length - 60; at += 333)
        send(media(audio.subarray(at, Math.min(at + 333, audio.length - 60))))
      send(mark('almost'))
      onMark(socket, () => socket.close(1000))
    })
    expect(heard(leg)[0]).toEqual(['A table for two, please.', false])
    expect(leg.streams[0]!.framesPlayed).toBe(audio.length / 160)
  })

  it('holds a partial frame until it is full', async () => {
    const audio = words('Hm.')
    const { leg } = await callWith((socket, _start, send) => {
      send(media(audio.subarray(0, 100)))
      send(mark('first'))
      send(media(audio.subarray(0, 250)))
      onMark(socket, name => {
        if (name === 'first') send(media(audio.subarray(250)))
        send(mark('last'))
        if (name === 'last') socket.close(1000)
      })
    })
    expect(heard(leg)[0]).toEqual(['Hm.', true])
  })

  it('is cleared at once: the callee hears a prefix, and the marks of what was thrown away come back', async () => {
    const marks: string[] = []
    const text = 'This is a long sentence that is going to be interrupted rather early.'
    const { leg } = await callWith((socket, _start, send) => {
      send(media(words('One.', 1)))
      send(mark('one'))
      send(media(words(text, 2)))
      send(mark('two'))
      onMark(socket, name => {
        marks.push(name)
        if (name === 'one') send({ event: 'clear' })
        if (name === 'two') {
          send(media(words('Then.', 3)))
          send(mark('three'))
        }
        if (name === 'three') socket.close(1000)
      })
    })
    expect(marks).toEqual(['one', 'two', 'three'])
    const spoken = heard(leg)
    expect(spoken[0]).toEqual(['One.', true])
    expect(spoken.find(([line]) => line === 'Then.')).toEqual(['Then.', true])
    const cut = spoken.filter(([line]) => !['One.', 'Then.', 'After'].includes(line))
    for (const [line, whole] of cut) expect([text.startsWith(line), whole]).toEqual([true, false])
  })

  it('returns a mark at once where nothing is to be played', async () => {
    await callWith((socket, _start, send) => {
      send(mark('empty'))
      onMark(socket, () => socket.close(1000))
    })
    expect(pair.us.messages.filter(one => one.event === 'mark')).toHaveLength(1)
  })

  it('stops in order when the call is ended or redirected by REST', async () => {
    pair.us.serve(() => undefined)
    const sid = await pair.dial()
    await pair.us.until(() => pair.us.messages.some(one => one.event === 'media'))
    await pair.request(`/Calls/${sid}.json`, [['Twiml', '<Response><Say>New</Say></Response>']])
    const leg = await pair.ended(sid)
    await pair.us.until(() => pair.us.messages.some(one => one.event === 'stop'))
    expect(leg.streams[0]!.end).toBe('stopped')
    expect(heard(leg)).toEqual([['New', true]])
  })

  it('tells its own status callback that it started and stopped', async () => {
    const xml = `<Response><Connect><Stream url="${pair.us.streamUrl}" name="a" statusCallback="/stream-status"/></Connect></Response>`
    pair.us.answer(({ path }) => (path === '/twiml' ? xml : ''))
    await callWith(socket => socket.close(1000))
    const told = () => pair.us.received.filter(one => one.path === '/stream-status').map(one => one.form)
    await pair.us.until(() => told().length === 2)
    expect(told().map(form => [form['StreamEvent'], form['StreamName']])).toEqual([
      ['stream-started', 'a'],
      ['stream-stopped', 'a'],
    ])
  })

  it('whose listener takes nothing any more delays the call, but does not hold it up for ever', async () => {
    pair.us.serve(socket => socket.pause())
    const leg = await pair.ended(await pair.dial({ TimeLimit: '3' }))
    expect([leg.status, leg.durationSeconds]).toEqual(['completed', 3])
  })

  // Without the pongs a minute and a half would take 45 s of wall time: a piece of 100 ms in each 50 ms.
  it('runs on as long as its listener takes what it gets', { timeout: 20_000 }, async () => {
    pair.us.serve((_socket, _start, send) => send(media(new Uint8Array(8000 * 90).fill(0x20))))
    const leg = await pair.ended(await pair.dial({ TimeLimit: '90' }))
    expect([leg.status, leg.durationSeconds, leg.streams[0]!.end]).toEqual(['completed', 90, 'stopped'])
  })

  it('carries what the callee says, frame by frame, and hears it whole', async () => {
    const listener = createListener()
    const said: string[] = []
    const { leg } = await callWith(socket => {
      socket.on('carrier', (message: Message) => {
        if (message.event !== 'media') return
        const { payload } = message['media'] as { payload: string }
        said.push(...listener.push(Buffer.from(payload, 'base64')).ended.map(one => one.text))
        if (said.length > 0) socket.close(1000)
      })
    })
    expect(said).toEqual(['Hello, how can I help you?'])
    expect(leg.callee[0]).toMatchObject({ kind: 'said', text: 'Hello, how can I help you?', whole: true })
  })
})

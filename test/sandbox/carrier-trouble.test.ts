// What goes wrong between the carrier and our side, as the scenarios' troubles have it.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { speak } from '../../src/sandbox/voice/speech.ts'
import { AGREES, connectTwiml, startPair } from './carrier-our-side.ts'
import type { Message, Pair } from './carrier-our-side.ts'

const BREAK_ENDS_CALL = '+14155550147'
const OPENED_TWICE = '+14155550148'
const BACKWARDS = '+14155550149'
const LATE = '+14155550157'
const LOST = '+14155550158'
const HELLO = '<Response><Say>Hello.</Say></Response>'

let pair: Pair
beforeAll(async () => {
  pair = await startPair()
})
afterAll(() => pair.stop())

const callWith = async (number: string, serve: (socket: WebSocket, start: Message) => void) => {
  pair.us.answer(({ path }) =>
    path === '/twiml' ? connectTwiml(pair.us.streamUrl, '<Say>After</Say>') : { status: 204 },
  )
  pair.us.serve(serve)
  return await pair.ended(await pair.dial({ To: number }))
}
const heard = ({ callee }: Awaited<ReturnType<Pair['leg']>>): string[] =>
  callee.filter(({ kind }) => kind === 'heard').map(({ text }) => text)
/** The statuses that our side was told, in the order in which they came; all of them have. */
const told = async (number: string): Promise<string[]> => {
  pair.us.answer(() => ({ status: 204 }))
  const sid = await pair.dial({ To: number, Twiml: HELLO })
  await pair.us.until(() => pair.statusesOf(sid).length === 4)
  return pair.statusesOf(sid).map(form => form['CallStatus']!)
}

it('a stream that breaks off ends the call where the carrier takes it so, and one that is closed does not', async () => {
  const broken = await callWith(BREAK_ENDS_CALL, socket => socket.terminate())
  expect([broken.status, heard(broken), broken.streams[0]!.closeCode]).toEqual(['completed', [], 1006])
  for (const code of [1000, 1011]) {
    const closed = await callWith(BREAK_ENDS_CALL, socket => socket.close(code))
    expect(heard(closed)).toEqual(['After'])
  }
})

it('a stream is opened twice with the same start, and the callee hears the first alone', async () => {
  const sockets: WebSocket[] = []
  const starts: Message[] = []
  const leg = await callWith(OPENED_TWICE, (socket, start) => {
    sockets.push(socket)
    starts.push(start)
    const [text, utterance] = sockets.length === 1 ? (['Once', 1] as const) : (['Twice', 2] as const)
    const payload = Buffer.concat(speak({ text, utterance })).toString('base64')
    socket.send(JSON.stringify({ event: 'media', streamSid: start['streamSid'], media: { payload } }))
    if (sockets.length === 1) return
    socket.close(1008)
    socket.once('close', () => sockets[0]!.close(1000))
  })
  expect(starts[1]).toEqual(starts[0])
  expect(leg.streams.map(({ end, closeCode }) => [end, closeCode])).toEqual([
    ['served', 1000],
    ['broken', 1008],
  ])
  // The first may be closed before its word is over.
  expect('Once'.startsWith(heard(leg)[0]!)).toBe(true)
  expect(heard(leg).slice(1)).toEqual(['After'])
})

it.each([
  [AGREES, ['initiated', 'ringing', 'in-progress', 'completed']],
  [BACKWARDS, ['in-progress', 'ringing', 'completed', 'initiated']],
  [LATE, ['initiated', 'ringing', 'in-progress', 'completed']],
])('callbacks to %s come in its order', async (number, order) => {
  expect(await told(number)).toEqual(order)
})

it('late callbacks come when the call is over, and lost ones never', async () => {
  const late = await pair.dial({ To: LATE, Twiml: HELLO })
  await pair.us.until(() => pair.statusesOf(late).length > 0)
  expect((await pair.leg(late)).status).toBe('completed')

  const lost = await pair.dial({ To: LOST, Twiml: HELLO })
  let leg = await pair.leg(lost)
  while (leg.status !== 'completed') leg = await pair.leg(lost)
  expect(leg.requests).toEqual([])
})

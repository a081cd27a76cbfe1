import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { pino } from 'pino'
import { WebSocket } from 'ws'
import { createSandboxMetrics } from '../../../src/sandbox/metrics.ts'
import { createModelServer } from '../../../src/sandbox/model/server.ts'
import { createEars } from '../../../src/sandbox/voice/ears.ts'
import { concat } from '../../../src/sandbox/model/realtime/input-audio.ts'
import { createSites } from '../../../src/sandbox/sites/routes.ts'
import { silence } from '../../../src/sandbox/voice/mulaw.ts'
import { speak } from '../../../src/sandbox/voice/speech.ts'

export const API_KEY = 'sk-sandbox'

/** The sandbox's model and websites on a free port. */
export const startModel = async (speed = 100) => {
  const model = createModelServer({
    apiKey: API_KEY,
    speed,
    ears: createEars(),
    metrics: createSandboxMetrics(),
    log: pino({ level: 'silent' }),
  })
  const app = new Koa().use(model.router.routes()).use(createSites().routes())
  const answer = app.callback()
  const server = createServer((request, response) => void answer(request, response))
  server.on('upgrade', (request, socket, head) => {
    if (!model.handleUpgrade(request, socket, head)) socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    close: async () => {
      model.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export type Event = Record<string, any> & { type: string } // oxlint-disable-line typescript/no-explicit-any -- tests read deep into wire events

/** A Realtime client that keeps every event and waits for one by its type. */
export const connect = async (host: string, path = '/v1/realtime?model=gpt-realtime', key = API_KEY) => {
  const socket = new WebSocket(`ws://${host}${path}`, { headers: { authorization: `Bearer ${key}` } })
  const events: Event[] = []
  let read = 0
  let wake = (): void => undefined
  socket.on('message', data => {
    events.push(JSON.parse((data as Buffer).toString()) as Event)
    wake()
  })
  const send = (type: string, fields: object = {}): void => socket.send(JSON.stringify({ type, ...fields }))
  /** The next event of that type; those before it count as read. */
  const next = async (type: string): Promise<Event> => {
    for (;;) {
      while (read < events.length) {
        const event = events[read++]!
        if (event.type === type) return event
      }
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
  await once(socket, 'open')
  return {
    socket,
    events,
    send,
    next,
    append: (...audio: Uint8Array[]): void =>
      send('input_audio_buffer.append', { audio: Buffer.from(concat(audio)).toString('base64') }),
    /** The types of all events so far, runs of the same type written once. */
    types: (): string[] => events.map(({ type }) => type).filter((type, n, all) => type !== all[n - 1]),
    /** The audio of one item, from its deltas. */
    audioOf: (itemId: string): Uint8Array =>
      concat(
        events
          .filter(event => event.type === 'response.output_audio.delta' && event.item_id === itemId)
          .map(event => Buffer.from(event.delta as string, 'base64')),
      ),
  }
}

export type Client = Awaited<ReturnType<typeof connect>>

const PCMU = { format: { type: 'audio/pcmu' } }

/** Applies a session for the telephone, with the given changes, and waits until it is in effect. */
export const configure = async (client: Client, session: Record<string, unknown> = {}, input: object = {}) => {
  client.send('session.update', {
    session: {
      type: 'realtime',
      audio: { input: { ...PCMU, transcription: { model: 'gpt-4o-transcribe' }, ...input }, output: PCMU },
      ...session,
    },
  })
  return (await client.next('session.updated')).session as Record<string, any> // oxlint-disable-line typescript/no-explicit-any
}

let utterances = 0

/** A sentence as audio, with silence after it. */
export const spoken = (text: string, silentMs = 0): Uint8Array =>
  concat([...speak({ text, utterance: ++utterances }), silence(silentMs * 8)])

// The model's side of the wire, scripted by the test: OpenAI's Realtime events as documented, and nothing by itself
// but the opening of a session.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

import { createMailbox } from './media-mailbox.ts'

export interface ClientEvent extends Record<string, unknown> {
  type: string
}

/** One session that our side opened. */
export interface ScriptedSession {
  events: ClientEvent[]
  /** The next event of that type, those seen by an earlier `next` of it left out. */
  next: (type: string) => Promise<ClientEvent>
  send: (type: string, fields?: object) => void
  /** A frame as it is, event or not. */
  sendText: (text: string) => void
  closed: Promise<unknown>
  drop: () => void
}

/** Answers an upgrade with a status instead of a session. */
export type Refuse = (request: IncomingMessage) => { status: number; headers?: Record<string, string> } | null

export const startScriptedModel = async () => {
  const server = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  const sessions = createMailbox<ScriptedSession>()
  const requests: IncomingMessage[] = []
  let refuse: Refuse = () => null
  let opening: (session: ScriptedSession) => void = openProperly
  let taken = 0

  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    requests.push(request)
    const refusal = refuse(request)
    if (!refusal)
      return sockets.handleUpgrade(request, socket, head, opened => {
        const session = sessionOver(opened)
        opening(session)
        sessions.deliver(session)
      })
    const headers = Object.entries(refusal.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(
      `HTTP/1.1 ${refusal.status} No\r\n${headers.join('')}content-length: 0\r\nconnection: close\r\n\r\n`,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    refuse: (next: Refuse): void => void (refuse = next),
    opensBy: (next: (session: ScriptedSession) => void): void => void (opening = next),
    /** The next session that was opened. */
    nextSession: async (): Promise<ScriptedSession> => {
      const from = taken++
      return await sessions.until((session): session is ScriptedSession => session !== undefined, from)
    },
    close: async (): Promise<void> => {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const openProperly = (session: ScriptedSession): void => {
  session.send('session.created', { session: {} })
  void session
    .next('session.update')
    .then(({ session: given }) => session.send('session.updated', { session: given }))
}

const sessionOver = (socket: WebSocket): ScriptedSession => {
  const events = createMailbox<ClientEvent>()
  const seen = new Map<string, number>()
  socket.on('message', data => events.deliver(JSON.parse((data as Buffer).toString()) as ClientEvent))
  let sent = 0
  return {
    events: events.all,
    next: async type => {
      const event = await events.until((one): one is ClientEvent => one.type === type, seen.get(type) ?? 0)
      seen.set(type, events.all.indexOf(event) + 1)
      return event
    },
    send: (type, fields = {}) => socket.send(JSON.stringify({ type, event_id: `event_${++sent}`, ...fields })),
    sendText: text => socket.send(text),
    closed: once(socket, 'close'),
    drop: () => socket.terminate(),
  }
}

/** What a session says while the agent speaks `text` in `pieces` of 100 ms audio each. */
export const speaks = (
  session: ScriptedSession,
  {
    item,
    previous = null,
    text,
    pieces,
  }: { item: string; previous?: string | null; text: string; pieces: number },
): void => {
  const response = { id: `resp_${item}` }
  session.send('response.created', { response })
  session.send('conversation.item.added', {
    previous_item_id: previous,
    item: { id: item, type: 'message', role: 'assistant', status: 'in_progress', content: [] },
  })
  const at = { response_id: response.id, item_id: item, output_index: 0, content_index: 0 }
  for (let piece = 0; piece < pieces; piece++) session.send('response.output_audio.delta', { ...at, delta: PIECE })
  session.send('response.output_audio_transcript.delta', { ...at, delta: text })
}

/** The end of what `speaks` began. */
export const spoke = (
  session: ScriptedSession,
  { item, text, status = 'completed' }: { item: string; text: string; status?: string },
): void => {
  const at = { response_id: `resp_${item}`, item_id: item, output_index: 0, content_index: 0 }
  session.send('response.output_audio.done', at)
  session.send('response.output_audio_transcript.done', { ...at, transcript: text })
  session.send('response.done', {
    response: { id: `resp_${item}`, status, output: [{ id: item, type: 'message' }] },
  })
}

/** The callee begins to speak. */
export const starts = (session: ScriptedSession, item: string, startMs = 20): void =>
  session.send('input_audio_buffer.speech_started', { item_id: item, audio_start_ms: startMs })

/** The callee has finished what `starts` began. */
export const stops = (session: ScriptedSession, item: string, previous: string | null, endMs = 500): void => {
  session.send('input_audio_buffer.speech_stopped', { item_id: item, audio_end_ms: endMs })
  session.send('input_audio_buffer.committed', { item_id: item, previous_item_id: previous })
}

/** What a session says when the callee has said something; the transcript is sent by the test. */
export const hears = (
  session: ScriptedSession,
  item: string,
  startMs: number,
  previous: string | null = null,
): void => {
  starts(session, item, startMs)
  stops(session, item, previous, startMs + 500)
}

/** The words of what the callee said. */
export const transcribes = (session: ScriptedSession, item: string, transcript: string): void =>
  session.send('conversation.item.input_audio_transcription.completed', {
    item_id: item,
    content_index: 0,
    transcript,
  })

let toolCalls = 0

/** The model calls a function, as an item of a response of its own. */
export const callsTool = (
  session: ScriptedSession,
  name: string,
  args: object,
  previous: string | null = null,
): void => {
  const id = `f${++toolCalls}`
  const call = { name, call_id: `call_${id}`, arguments: JSON.stringify(args) }
  const item = { id, type: 'function_call', ...call }
  session.send('response.created', { response: { id: `resp_${id}` } })
  session.send('conversation.item.added', { previous_item_id: previous, item })
  session.send('response.function_call_arguments.done', { ...call, item_id: id })
  session.send('response.done', { response: { id: `resp_${id}`, status: 'completed', output: [item] } })
}

/** What our side answers to a function that the model called. */
export const toolAnswer = async (session: ScriptedSession): Promise<string> => {
  const { item } = (await session.next('conversation.item.create')) as unknown as { item: { output: string } }
  return item.output
}

/** 100 ms of µ-law audio, base64. */
export const PIECE = Buffer.alloc(800, 0x55).toString('base64')

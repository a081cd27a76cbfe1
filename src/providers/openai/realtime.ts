// OpenAI's Realtime API over a bare WebSocket: the SDK's own client forces TLS and costs more per frame.

import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { WebSocket } from 'ws'
import type { RawData } from 'ws'

import type { Log } from '../../log.ts'
import type { SessionSettings } from '../../briefing/briefing.ts'
import type { OpenOutcome, SpeechModel } from '../model-session.ts'
import { readEvent, sessionOf } from './events.ts'
import { createSession } from './session.ts'

/** Everything the API sends is smaller by far; audio comes in pieces. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024

export interface RealtimeSettings {
  apiKey: string
  /** As the SDK has it, `https://api.openai.com/v1`; plain http gives a plain socket. */
  baseUrl: string
  model: string
  transcriptionModel: string
  voice: string
  /** From the first packet until the session is set up. */
  openMs: number
}

/** The Realtime API as a SpeechModel. */
export const createRealtimeModel = (settings: RealtimeSettings, log: Log): SpeechModel => ({
  open: (session, signal) => openSession(settings, session, signal, log),
})

const openSession = (
  settings: RealtimeSettings,
  session: SessionSettings,
  signal: AbortSignal,
  log: Log,
): Promise<OpenOutcome> =>
  new Promise(resolve => {
    const socket = new WebSocket(realtimeUrl(settings), {
      headers: { Authorization: `Bearer ${settings.apiKey}` },
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
    })
    const open = createSession({ socket, instructions: session.instructions, log })
    const limit = AbortSignal.any([signal, AbortSignal.timeout(settings.openMs)])

    const settle = (outcome: OpenOutcome): void => {
      limit.removeEventListener('abort', onLimit)
      socket.off('message', onHandshake)
      if (outcome.kind !== 'opened') socket.terminate()
      resolve(outcome)
    }
    const onLimit = (): void =>
      settle(retryable(signal.aborted ? 'given up' : 'the session was not set up in time'))

    const onHandshake = (data: RawData): void => {
      const event = eventIn(data)
      if (!event) return settle(retryable(MALFORMED))
      if (event.type === 'session.created')
        socket.send(JSON.stringify({ type: 'session.update', session: sessionOf(session, settings) }))
      if (event.type === 'error') settle(refusalOf(event.error.type, event.error.code ?? event.error.type))
      if (event.type !== 'session.updated') return
      settle({ kind: 'opened', session: open.session })
      socket.on('message', (message: RawData) => {
        const next = eventIn(message)
        if (next) open.receive(next)
        else open.lose(MALFORMED)
      })
    }

    socket.on('message', onHandshake)
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      const seconds = Number(response.headers['retry-after'])
      settle(answerOf(response.statusCode ?? 0, Number.isFinite(seconds) ? seconds * 1000 : 0))
    })
    // Before the session is set up these decide the outcome; after it they are its end.
    socket.on('error', error => settle(retryable(error.message)))
    socket.on('close', code => {
      settle(retryable(`closed with ${code}`))
      open.lose(`closed with ${code}`)
    })
    limit.addEventListener('abort', onLimit)
    if (limit.aborted) onLimit()
  })

const realtimeUrl = ({ baseUrl, model }: RealtimeSettings): URL => {
  const url = new URL(`${baseUrl.replace(/\/$/, '')}/realtime`)
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:'
  url.searchParams.set('model', model)
  return url
}

const MALFORMED = 'a frame that is no event'

// With the default binaryType a message is one Buffer.
const eventIn = (data: RawData): RealtimeServerEvent | null => readEvent(data as Buffer)

const retryable = (message: string, retryAfterMs = 0): OpenOutcome => ({
  kind: 'retryable',
  message,
  retryAfterMs,
})

const answerOf = (status: number, retryAfterMs: number): OpenOutcome =>
  status === 429 || status === 408 || status >= 500
    ? retryable(`the model answered ${status}`, retryAfterMs)
    : { kind: 'fatal', message: `the model answered ${status}` }

const refusalOf = (type: string, problem: string): OpenOutcome =>
  type === 'invalid_request_error' || type === 'authentication_error'
    ? { kind: 'fatal', message: `the model refused the session: ${problem}` }
    : retryable(problem)

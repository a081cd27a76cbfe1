// One Realtime session over one WebSocket, as OpenAI documents it (GA).
// S1  A client event is applied whole or not at all; what is refused is answered with an `error` event.
// S2  One response at a time writes to the conversation.
// S3  The model hears the audio, never the client's transcript of it; transcription is a late courtesy.
import type { WebSocket } from 'ws'
import { newId } from '../../../ids.ts'
import type { Log } from '../../../log.ts'
import type { Ears } from '../../voice/ears.ts'
import { ApiRefusal, parseWire } from '../errors.ts'
import { createAcknowledgement } from './acknowledge.ts'
import type { Acknowledgement } from './acknowledge.ts'
import { applyEvent, presentSession } from './apply-event.ts'
import { clientEvent } from './client-events.ts'
import { createSessionClock } from './clock.ts'
import { createConversation } from './conversation.ts'
import { createInputAudio } from './input-audio.ts'
import { expire, SESSION_MS } from './expiry.ts'
import { defaultConfig } from './session-config.ts'
import type { Session } from './session-state.ts'

export interface SessionOptions {
  model: string
  /** Media time per wall time. */
  speed: number
  /** Are told what the session hears. */
  ears: Ears
  log: Log
}

/** Serves one session until its socket closes, or 60 minutes of wall time are over. */
export const serveSession = (socket: WebSocket, options: SessionOptions): void => {
  const { log } = options
  const acknowledgement = createAcknowledgement(socket, options.ears)
  const session = createSession(socket, options, acknowledgement)
  const expiry = setTimeout(() => expire(session), SESSION_MS)
  expiry.unref()
  socket.on('message', (data, isBinary) => {
    receive(session, data as Buffer, isBinary)
    acknowledgement.flush()
  })
  socket.on('error', error => log.debug({ err: error }, 'model socket failed'))
  socket.on('close', () => {
    clearTimeout(expiry)
    session.clock.stop()
  })
  session.send('session.created', presentSession(session))
}

const createSession = (
  socket: WebSocket,
  { model, speed, log }: SessionOptions,
  { heard }: Acknowledgement,
): Session => {
  const send: Session['send'] = (type, fields) =>
    socket.send(JSON.stringify({ type, event_id: newId('event'), ...fields }))
  const attempt: Session['attempt'] = (eventId, act) => {
    try {
      act()
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error
      log.debug({ code: error.error.code, param: error.error.param }, 'model refused an event')
      send('error', { error: { ...error.error, event_id: eventId } })
    }
  }
  return {
    id: newId('sess'),
    conversationId: newId('conv'),
    expiresAtSeconds: Math.floor((Date.now() + SESSION_MS) / 1000),
    config: defaultConfig(model),
    conversation: createConversation(),
    input: createInputAudio(heard),
    nextItemId: newId('item'),
    active: undefined,
    clock: createSessionClock(speed),
    socket,
    send,
    attempt,
  }
}

const receive = (session: Session, data: Buffer, isBinary: boolean): void =>
  session.attempt(null, () => {
    if (isBinary) throw new ApiRefusal('invalid_event', 'Events are JSON text frames.')
    const raw = readJson(data)
    const eventId = typeof raw.event_id === 'string' ? raw.event_id : null
    session.attempt(eventId, () => applyEvent(session, parseWire(clientEvent, raw)))
  })

const readJson = (data: Buffer): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(data.toString())
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Said below, as for any other text that is no event.
  }
  throw new ApiRefusal('invalid_json', 'We could not parse the JSON body of your event.')
}

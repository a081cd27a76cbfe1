// One open Realtime session.
// S1  One active response at a time: a response that is asked for while one is active waits for its end.
// S2  Audio passes as the base64 it came in.
// S3  An `error` event leaves the session open, but where the session is over or the server failed. What is no event at all
//     may have been a piece of a sentence: a session that sends it is lost.
// S4  Events are kept until somebody listens; after `closed` there are none.

import type {
  ConversationItem,
  RealtimeClientEvent,
  RealtimeError,
  RealtimeServerEvent,
} from 'openai/resources/realtime/realtime'
import type { WebSocket } from 'ws'

import type { Log } from '../../log.ts'
import type { SessionItem } from '../../briefing/briefing.ts'
import type { ModelEvent, ModelSession } from '../model-session.ts'
import { modelEventOf, turnDetection } from './events.ts'

export interface SessionDeps {
  socket: WebSocket
  instructions: string
  log: Log
}

/** Ties a session to its socket, which must be set up already. `receive` is to be given every server event. */
export const createSession = ({ socket, instructions, log }: SessionDeps) => {
  let waiting: ModelEvent[] = []
  let handle: (event: ModelEvent) => void = event => waiting.push(event)
  let isClosed = false
  let isActive = false
  let isAsking = false
  const wanted: string[] = []
  let asked = { eventId: 'ask_0', directive: '' }
  let asks = 0

  const sendText = (text: string): void => {
    if (socket.readyState === socket.OPEN) socket.send(text)
  }

  const send = (event: RealtimeClientEvent): void => sendText(JSON.stringify(event))

  const askNext = (): void => {
    if (isActive || isAsking) return
    const directive = wanted.shift()
    if (directive === undefined) return
    isAsking = true
    asked = { eventId: `ask_${++asks}`, directive }
    // A response's instructions stand in the place of the session's, so they repeat them.
    const response = directive === '' ? {} : { response: { instructions: `${instructions}\n\n${directive}` } }
    send({ type: 'response.create', event_id: asked.eventId, ...response })
  }

  const onError = (error: RealtimeError): void => {
    log.warn({ type: error.type, code: error.code, param: error.param }, 'the model tells of an error')
    if (isFatal(error)) return lose(`the model told of ${error.code ?? error.type}`)
    if (error.event_id !== asked.eventId) return
    isAsking = false
    // The server began a response by itself at the same moment: ours waits for its end.
    if (error.code === 'conversation_already_has_active_response') {
      isActive = true
      wanted.unshift(asked.directive)
    }
    askNext()
  }

  const noteResponses = (event: RealtimeServerEvent): void => {
    if (event.type === 'error') onError(event.error)
    if (event.type === 'response.created') {
      isActive = true
      isAsking = false
    }
    if (event.type === 'response.done') isActive = false
  }

  const lose = (message: string): void => {
    if (isClosed) return
    isClosed = true
    socket.close(1000)
    handle({ kind: 'closed', message })
  }

  const session: ModelSession = {
    listen: onEvent => {
      handle = onEvent
      const before = waiting
      waiting = []
      for (const event of before) onEvent(event)
    },
    // Base64 needs no escapes.
    appendAudio: payload => sendText(`{"type":"input_audio_buffer.append","audio":"${payload}"}`),
    commitAudio: () => send({ type: 'input_audio_buffer.commit' }),
    addItem: (item, itemId) =>
      send({
        type: 'conversation.item.create',
        item: { ...writtenItem(item), ...(itemId === undefined ? {} : { id: itemId }) },
      }),
    takeTurns: isOn =>
      send({
        type: 'session.update',
        session: { type: 'realtime', audio: { input: { turn_detection: turnDetection(isOn) } } },
      }),
    respond: (directive = '') => {
      wanted.push(directive)
      askNext()
    },
    isResponding: () => isActive || isAsking || wanted.length > 0,
    truncate: (itemId, contentIndex, heardMs) =>
      send({
        type: 'conversation.item.truncate',
        item_id: itemId,
        content_index: contentIndex,
        audio_end_ms: heardMs,
      }),
    answerTool: (callId, output) =>
      send({
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: callId, output },
      }),
    close: () => {
      isClosed = true
      socket.close(1000)
    },
  }

  const receive = (event: RealtimeServerEvent): void => {
    if (isClosed) return
    noteResponses(event)
    if (isClosed) return
    const meaning = modelEventOf(event)
    if (meaning) handle(meaning)
    if (event.type === 'response.done') askNext()
  }

  return { session, receive, lose }
}

// Of all errors the API's reference says "Most errors are recoverable and the session will stay open".
const isFatal = ({ type, code }: RealtimeError): boolean => code === 'session_expired' || type === 'server_error'

const writtenItem = ({ role, text }: SessionItem): ConversationItem => {
  if (role === 'agent') return { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }
  return { type: 'message', role: role === 'system' ? 'system' : 'user', content: [{ type: 'input_text', text }] }
}

import { ApiRefusal } from '../errors.ts'
import type { ClientEvent } from './client-events.ts'
import { truncate, wireItemFrom, withAudio } from './conversation.ts'
import { hearAll } from './hearing.ts'
import { concat } from './input-audio.ts'
import { respond } from './respond.ts'
import { applyUpdate, requirePcmu } from './session-config.ts'
import type { Session } from './session-state.ts'
import { addItem, commitInput, voiceEvents } from './user-turn.ts'

/** Does what a client event asks for and sends what the API answers. Throws an ApiRefusal, with nothing done. */
export const applyEvent = (session: Session, event: ClientEvent): void => {
  const { conversation, input, send } = session
  switch (event.type) {
    case 'session.update':
      session.config = applyUpdate(session.config, event.session, hasSpoken(session))
      return send('session.updated', presentSession(session))
    case 'input_audio_buffer.append':
      requirePcmu(session.config.audio.input.format, 'session.audio.input.format')
      return input.append(
        Buffer.from(event.audio, 'base64'),
        session.config.audio.input.turn_detection,
        voiceEvents(session),
      )
    case 'input_audio_buffer.commit':
      requireSomeAudio(input.bufferedMs())
      return commitInput(session)
    case 'input_audio_buffer.clear':
      input.take()
      return send('input_audio_buffer.cleared', {})
    case 'conversation.item.create':
      return createItem(session, event)
    case 'conversation.item.retrieve': {
      const entry = conversation.find(event.item_id, 'item_retrieve_invalid_item_id')
      return send('conversation.item.retrieved', { item: withAudio(entry) })
    }
    case 'conversation.item.truncate': {
      const { item_id, content_index, audio_end_ms } = event
      truncate(conversation.find(item_id, 'item_truncate_invalid_item_id'), content_index, audio_end_ms)
      return send('conversation.item.truncated', { item_id, content_index, audio_end_ms })
    }
    case 'conversation.item.delete':
      conversation.remove(conversation.find(event.item_id, 'item_delete_invalid_item_id'))
      return send('conversation.item.deleted', { item_id: event.item_id })
    case 'response.create':
      return respond(session, event.response ?? {})
    case 'response.cancel':
      return cancelResponse(session, event.response_id)
  }
}

/** The session's effective configuration, as `session.created` and `session.updated` show it. */
export const presentSession = ({ id, expiresAtSeconds, config }: Session): { session: object } => ({
  session: { type: 'realtime', object: 'realtime.session', id, expires_at: expiresAtSeconds, ...config },
})

const hasSpoken = ({ conversation }: Session): boolean =>
  conversation
    .entries()
    .some(({ wire, audio }) => wire.type === 'message' && wire.role === 'assistant' && audio.length > 0)

const COMMIT_AT_LEAST_MS = 100

const requireSomeAudio = (ms: number): void => {
  if (ms >= COMMIT_AT_LEAST_MS) return
  throw new ApiRefusal(
    'input_audio_buffer_commit_empty',
    `Error committing input audio buffer: buffer too small. Expected at least ${COMMIT_AT_LEAST_MS}ms of audio, but buffer only has ${ms.toFixed(2)}ms of audio.`,
  )
}

type CreateItem = Extract<ClientEvent, { type: 'conversation.item.create' }>

const createItem = (session: Session, { item, previous_item_id: after }: CreateItem): void => {
  const wire = wireItemFrom(item, session.conversation)
  const audio = item.type === 'message' ? concat(item.content.map(audioOf)) : new Uint8Array(0)
  addItem(session, wire, audio.length > 0 ? { audio, heard: hearAll(audio), after } : { after })
}

const audioOf = (part: { type: string; audio?: string }): Uint8Array => Buffer.from(part.audio ?? '', 'base64')

const cancelResponse = ({ active }: Session, id: string | undefined): void => {
  if (!active || (id !== undefined && id !== active.id))
    throw new ApiRefusal('response_cancel_not_active', 'Cancellation failed: no active response found')
  active.cancel('client_cancelled')
}

import type { WebSocket } from 'ws'
import type { SessionClock } from './clock.ts'
import type { Conversation } from './conversation.ts'
import type { InputAudio } from './input-audio.ts'
import type { SessionConfig } from './session-config.ts'

/** Sends one server event; the sender adds its `event_id`. */
export type Send = (type: string, fields: Record<string, unknown>) => void

/** A response that runs. */
export interface ActiveResponse {
  id: string
  cancel: (reason: 'turn_detected' | 'client_cancelled') => void
}

/** All that one session holds. */
export interface Session {
  id: string
  conversationId: string
  expiresAtSeconds: number
  config: SessionConfig
  conversation: Conversation
  input: InputAudio
  /** The item that the next commit of the input buffer makes. */
  nextItemId: string
  active: ActiveResponse | undefined
  clock: SessionClock
  socket: Pick<WebSocket, 'send' | 'close' | 'terminate'>
  send: Send
  /** Runs what an event asks for; a refusal becomes an `error` event about that event id. */
  attempt: (eventId: string | null, act: () => void) => void
}

// A speaking model as the bridge knows it: one live session that hears and speaks µ-law audio at 8 kHz, base64.
// A second vendor implements SpeechModel; nothing outside its adapter knows the vendor's messages.

import type { SessionItem, SessionSettings } from '../briefing/briefing.ts'

export type ModelEvent =
  /** The callee began to speak; `startMs` counts the audio appended to this session. */
  | { kind: 'speech_started'; itemId: string; startMs: number }
  | { kind: 'speech_stopped'; itemId: string }
  /** An item took its place in the conversation, right after `previousId` where that is known. */
  | { kind: 'item_placed'; itemId: string; previousId: string | null; role: 'agent' | 'callee' | 'other' }
  | { kind: 'callee_text'; itemId: string; delta: string }
  /** The whole of what the callee said; `null` when it could not be transcribed. May come late and out of order. */
  | { kind: 'callee_text_done'; itemId: string; text: string | null }
  | { kind: 'agent_audio'; itemId: string; contentIndex: number; payload: string }
  | { kind: 'agent_audio_done'; itemId: string }
  | { kind: 'agent_text'; itemId: string; delta: string }
  | { kind: 'agent_text_done'; itemId: string; text: string }
  | { kind: 'tool_called'; itemId: string; callId: string; name: string; arguments: string }
  /** A response is complete, canceled or failed: nothing more comes of its items. */
  | { kind: 'response_done'; status: 'completed' | 'canceled' | 'failed'; itemIds: string[] }
  /** The session is gone and will not come back. */
  | { kind: 'closed'; message: string }

export interface ModelSession {
  /** Hands over the events, those that came before this call first. */
  listen: (onEvent: (event: ModelEvent) => void) => void
  appendAudio: (payload: string) => void
  /** Ends the callee's speech by hand: no more audio comes, so silence will not end it. */
  commitAudio: () => void
  /** `itemId` names it, where somebody has to know it later; at most 32 characters. */
  addItem: (item: SessionItem, itemId?: string) => void
  /** Lets the agent speak as soon as no response is active; `directive` is for this one response. */
  respond: (directive?: string) => void
  /** Whether the agent answers, and stops, by itself when somebody speaks. It does at first. */
  takeTurns: (isOn: boolean) => void
  /** Whether a response is active or asked for. */
  isResponding: () => boolean
  /** What of an item the callee heard, in ms: the model forgets the rest. */
  truncate: (itemId: string, contentIndex: number, heardMs: number) => void
  answerTool: (callId: string, output: string) => void
  close: () => void
}

/** What became of an attempt to open a session. */
export type OpenOutcome =
  | { kind: 'opened'; session: ModelSession }
  /** Try again later, not before `retryAfterMs`. */
  | { kind: 'retryable'; message: string; retryAfterMs: number }
  /** Trying again cannot help. */
  | { kind: 'fatal'; message: string }

export interface SpeechModel {
  /** Opens a session and waits until it is set up. Never throws; aborting closes it and is `retryable`. */
  open: (settings: SessionSettings, signal: AbortSignal) => Promise<OpenOutcome>
}

// Recorder: writes a conversation's turns to the store, beside the audio and never in its way.
// R1  One write at a time, and of each turn only its newest state: memory is bounded by the number of turns.
// R2  A fault of the store is retried for ever; a refusal (another host holds the conversation) ends the recorder.

import type { StoredTurn } from '../conversations/conversation.ts'
import type { ConversationStore } from '../conversations/store.ts'
import type { Log } from '../log.ts'
import { persist } from './persist.ts'

export interface RecorderDeps {
  conversations: Pick<ConversationStore, 'putTurn'>
  callId: string
  generation: number
  log: Log
  /** Stops the retries. */
  signal: AbortSignal
  onFenced: () => void
}

export type Recorder = ReturnType<typeof createRecorder>

export const createRecorder = ({ conversations, callId, generation, log, signal, onFenced }: RecorderDeps) => {
  const pending = new Map<number, { turn: StoredTurn; mediaMs: number }>()
  let writing: Promise<void> | null = null
  let isFenced = false

  const writeAll = async (): Promise<void> => {
    for (let next = first(pending); next && !isFenced; next = first(pending)) {
      const [index, { turn, mediaMs }] = next
      pending.delete(index)
      const put = () => conversations.putTurn(callId, generation, index, turn, mediaMs)
      const isHeld = await persist(put, { signal, log, what: 'a turn' })
      if (isHeld !== false) continue
      isFenced = true
      onFenced()
    }
    writing = null
  }

  return {
    put: (index: number, turn: StoredTurn, mediaMs: number): void => {
      if (isFenced || signal.aborted) return
      pending.set(index, { turn, mediaMs })
      writing ??= writeAll()
    },

    /** Resolves when everything put so far is written, refused or given up. */
    flush: async (): Promise<void> => {
      await writing
    },
  }
}

const first = <K, V>(map: Map<K, V>): [K, V] | undefined => map.entries().next().value

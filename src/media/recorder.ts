// Recorder: writes what a conversation brings to the store, beside the audio and never in its way.
// R1  One write at a time, and of each turn only its newest state: memory is bounded by the number of turns.
// R2  A fault of the store is retried for ever; a refusal (another host holds the conversation) ends the recorder.

import type { StoredTurn } from '../conversations/conversation.ts'
import type { ConversationStore } from '../conversations/store.ts'
import type { Log } from '../log.ts'
import { persist } from './persist.ts'

export interface RecorderDeps {
  conversations: Pick<ConversationStore, 'putTurn' | 'noteDoNotCall'>
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
  let doNotCallAt: Date | null = null
  let writing: Promise<void> | null = null
  let isFenced = false

  /** What is to be written next, and forgotten here; `null`: nothing. */
  const takeWrite = (): { what: string; write: () => Promise<boolean> } | null => {
    if (doNotCallAt) {
      const at = doNotCallAt
      doNotCallAt = null
      return {
        what: 'the wish not to be called',
        write: () => conversations.noteDoNotCall(callId, generation, at),
      }
    }
    const next = first(pending)
    if (!next) return null
    const [index, { turn, mediaMs }] = next
    pending.delete(index)
    return { what: 'a turn', write: () => conversations.putTurn(callId, generation, index, turn, mediaMs) }
  }

  const writeAll = async (): Promise<void> => {
    for (let next = takeWrite(); next && !isFenced; next = takeWrite()) {
      const isHeld = await persist(next.write, { signal, log, what: next.what })
      if (isHeld !== false) continue
      isFenced = true
      onFenced()
    }
    writing = null
  }

  const begin = (): void => {
    writing ??= writeAll()
  }

  return {
    put: (index: number, turn: StoredTurn, mediaMs: number): void => {
      if (isFenced || signal.aborted) return
      pending.set(index, { turn, mediaMs })
      begin()
    },

    /** The callee does not want to be called again. */
    noteDoNotCall: (): void => {
      if (isFenced || signal.aborted) return
      doNotCallAt = new Date()
      begin()
    },

    /** Resolves when everything put so far is written, refused or given up. */
    flush: async (): Promise<void> => {
      await writing
    },
  }
}

const first = <K, V>(map: Map<K, V>): [K, V] | undefined => map.entries().next().value

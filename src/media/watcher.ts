import type { ConversationState, ConversationStore } from '../conversations/store.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'

const POLL_MS = 500

/** What a host has to know of a conversation that others may change. */
export type WatchedState = Omit<ConversationState, '_id'>

export type Watcher = ReturnType<typeof createWatcher>

/** Looks about twice a second at all conversations of this host, in one query. */
export const createWatcher = (conversations: Pick<ConversationStore, 'findStates'>, log: Log) => {
  const watched = new Map<string, Set<(state: WatchedState) => void>>()

  const look = async (): Promise<void> => {
    if (watched.size === 0) return
    try {
      for (const { _id, ...state } of await conversations.findStates([...watched.keys()]))
        for (const onState of watched.get(_id) ?? []) onState(state)
    } catch (error) {
      log.warn({ problem: messageOf(error) }, 'the conversations could not be looked at')
    }
  }

  let timer: NodeJS.Timeout
  let isStopped = false
  const schedule = (): void => {
    if (!isStopped) timer = setTimeout(() => void look().finally(schedule), POLL_MS)
  }
  schedule()

  return {
    /** Calls back with the state at every look, until the returned function is called. */
    watch: (callId: string, onState: (state: WatchedState) => void): (() => void) => {
      const listeners = watched.get(callId) ?? new Set()
      watched.set(callId, listeners.add(onState))
      return () => {
        listeners.delete(onState)
        if (listeners.size === 0) watched.delete(callId)
      }
    },
    stop: (): void => {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

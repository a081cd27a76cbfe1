// Watches count what passes over the links, and say when a planned point is reached.
// W1  The point is reached while the message is held: what is done then happens exactly between two steps.
import type { LinkKind, ProcessName } from '../faults/fault.ts'
import type { Connection, Verdict } from './tcp-proxy.ts'

/** Where a point was reached: the message is held until the promise that `hit` returned is settled. */
export interface Seen {
  link: LinkKind
  /** The process whose link it is. */
  process: ProcessName
  connection: Connection
  /** The message as far as it has come. */
  chunk: Buffer
  /** The same object for all pieces of one message. */
  message: object
}

export interface Watch {
  link: LinkKind
  /** All of them stand in a message that counts. Asked at each message: what a call is called is learnt on the way. */
  texts: () => readonly string[]
  /** Any of them names the call; none: every call's messages count. */
  names: () => readonly string[]
  direction: 'up' | 'down'
  nth: number
  /** `after`: the answer to the message that was counted is held, not the message itself. */
  moment: 'before' | 'after'
  hit: (seen: Seen) => Promise<Verdict>
}

interface Armed extends Watch {
  count: number
  /** The connection on which the answer is waited for. */
  awaited: Connection | null
  counted: WeakSet<object>
}

const includes = (chunk: Buffer, text: string): boolean => chunk.includes(text, 0, 'latin1')

/** All watches of a stack. */
export const createWatches = () => {
  const armed = new Set<Armed>()

  const hit = (watch: Armed, seen: Seen): Promise<Verdict> => {
    armed.delete(watch)
    return watch.hit(seen)
  }
  const count = (watch: Armed, seen: Seen, text: () => Buffer): Promise<Verdict> | undefined => {
    if (watch.counted.has(seen.message)) return undefined
    const names = watch.names()
    const said = text()
    if (!watch.texts().every(one => includes(said, one))) return undefined
    if (names.length > 0 && !names.some(name => includes(said, name))) return undefined
    watch.counted.add(seen.message)
    watch.count += 1
    if (watch.count < watch.nth) return undefined
    if (watch.moment === 'before') return hit(watch, seen)
    watch.awaited = seen.connection
    return undefined
  }

  return {
    /** Nobody watches: nothing need be looked at. */
    isQuiet: (): boolean => armed.size === 0,
    /** Arms a watch; what is returned takes it away again. */
    add: (watch: Watch): (() => void) => {
      const one: Armed = { ...watch, count: 0, awaited: null, counted: new WeakSet() }
      armed.add(one)
      return () => void armed.delete(one)
    },
    /** A message is on its way; the promise holds it. `text` is what the message says, where it is coded. */
    see: (seen: Seen, direction: 'up' | 'down', text: () => Buffer = () => seen.chunk) => {
      const holds: Promise<Verdict>[] = []
      for (const watch of armed) {
        if (watch.link !== seen.link) continue
        const isAnswer = direction === 'down' && watch.awaited === seen.connection
        const mayCount = direction === watch.direction && watch.awaited === null
        const held = isAnswer ? hit(watch, seen) : mayCount ? count(watch, seen, text) : undefined
        if (held) holds.push(held)
      }
      if (holds.length === 0) return undefined
      return Promise.all(holds).then(verdicts => (verdicts.includes('drop') ? 'drop' : 'pass'))
    },
  }
}

export type Watches = ReturnType<typeof createWatches>

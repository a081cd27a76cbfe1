// Waits until a planned point is reached.
// Q1  Messages are counted from the moment at which the wait begins.
import { setTimeout as sleep } from 'node:timers/promises'

import { hasActivity } from './accounts/engine.ts'
import type { Point } from './faults/fault.ts'
import type { Verdict } from './network/tcp-proxy.ts'
import type { Seen } from './network/watch.ts'
import type { ChaosStack } from './stack.ts'

/** What the harness knows of the target call so far. */
export interface Target {
  accountId: string
  callerName: string
  callId: string | null
  status: string
  turns: number
  isOver: boolean
}

/** Where the point was reached: at a message, which is held meanwhile, or somewhere else. */
export type Reached = { seen: Seen; decide: (verdict: Verdict) => void } | { seen: null }

type Message = Extract<Point, { on: 'request' | 'frames' | 'model' }>

const POLL_MS = 20
const OVER_MS = 500

const until = async (is: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    if (await is()) return
    await sleep(POLL_MS)
  }
}

/** The names by which a message of the link is known to be about the call; none: whoever it is about. */
const namesOf = (point: Message, { accountId, callerName, callId }: Target): string[] => {
  if (point.on === 'model') return [callerName]
  // Whose session it is to be is said when it is open.
  if (point.on === 'request' && point.link === 'media>model') return []
  return [accountId, callerName, ...(callId === null ? [] : [callId])]
}

/** Waits for points on a stack. */
export const createPoints = ({ watches, temporal }: Pick<ChaosStack, 'watches' | 'temporal'>) => {
  const untilMessage = (point: Message, target: Target, over: AbortSignal) =>
    new Promise<Reached | null>(resolve => {
      const remove = watches.add({
        link: point.on === 'frames' ? 'carrier>media' : point.on === 'model' ? 'media>model' : point.link,
        texts: () => (point.on === 'frames' ? [] : point.on === 'model' ? [point.saying] : point.saying),
        names: () => namesOf(point, target),
        direction: point.on === 'model' ? 'down' : 'up',
        nth: point.on === 'frames' ? point.count : point.nth,
        moment: point.on === 'request' ? point.moment : 'before',
        hit: seen => new Promise(decide => resolve({ seen, decide })),
      })
      over.addEventListener('abort', () => {
        remove()
        resolve(null)
      })
    })

  return {
    /** Until the point is reached; null when `over` came first. */
    reach: async (point: Point, target: Target, over: AbortSignal): Promise<Reached | null> => {
      if (over.aborted) return null
      if (point.on === 'request' || point.on === 'frames' || point.on === 'model')
        return await untilMessage(point, target, over)
      if (point.on === 'time') await sleep(point.afterMs, undefined, { signal: over }).catch(() => undefined)
      if (point.on === 'status') await until(() => target.status === point.status, over)
      if (point.on === 'turns') await until(() => target.turns >= point.count, over)
      if (point.on === 'activity') {
        const { activity, boundary } = point
        await until(
          async () => target.callId !== null && (await hasActivity(temporal, target.callId, activity, boundary)),
          over,
        )
      }
      return over.aborted ? null : { seen: null }
    },

    /** The call's id as it first goes to the store: a fault may come before anybody else is told of it. */
    learnId: (target: Target): (() => void) =>
      watches.add({
        link: 'api>store',
        texts: () => ['cl_'],
        names: () => [target.accountId],
        direction: 'up',
        nth: 1,
        moment: 'before',
        hit: async ({ chunk }) => {
          target.callId ??= /cl_[0-9a-z]{26}/.exec(chunk.toString('latin1'))?.[0] ?? null
          return 'pass'
        },
      }),

    /** Aborted a little after the call's end (a history may be read later), or after `limitMs`; `done` ends the watch. */
    overOf: (target: Target, limitMs: number): { over: AbortSignal; done: () => void } => {
      const over = new AbortController()
      const limit = setTimeout(() => over.abort(), limitMs)
      const watching = setInterval(() => {
        if (target.isOver) setTimeout(() => over.abort(), OVER_MS)
      }, POLL_MS)
      const done = (): void => {
        clearTimeout(limit)
        clearInterval(watching)
      }
      return { over: over.signal, done }
    },
  }
}

export type Points = ReturnType<typeof createPoints>

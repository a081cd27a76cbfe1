// Waits for a planned point, and does there what is planned.
// S1  A fault begins at its point and ends before `strike` resolves: processes are up again, links are whole.
// S2  A point that is not reached in time is a missed fault, not a failure: it is counted.
import { setTimeout as sleep } from 'node:timers/promises'

import { hasActivity } from './accounts/engine.ts'
import type { Events } from './events.ts'
import { describeFault } from './faults/fault.ts'
import type { Action, Fault, Point, ProcessName, Victim } from './faults/fault.ts'
import type { Connection, Verdict } from './network/tcp-proxy.ts'
import type { Seen } from './network/watch.ts'
import type { ChaosStack } from './stack.ts'
import type { Patience } from './timeouts.ts'

/** What the harness knows of the target call so far. */
export interface Target {
  accountId: string
  callerName: string
  callId: string | null
  status: string
  turns: number
  isOver: boolean
}

export interface Strike {
  /** When the fault began and when everything was whole again, on `performance.now()`; null for a missed one. */
  fromMs: number | null
  untilMs: number
  /** The processes that it hit. */
  processes: ProcessName[]
}

const POLL_MS = 20
const OVER_MS = 500
const DEFAULT_PROCESS = { calls: 'calls-1', media: 'media-1', api: 'api-1' } as const

/** Where the point was reached: at a message, which is held meanwhile, or somewhere else. */
type Reached = { seen: Seen; decide: (verdict: Verdict) => void } | { seen: null }

const httpAnswer = (status: number): string => {
  const body = status === 429 ? '{"error":{"message":"too many requests","type":"rate_limit"}}' : 'no'
  return `HTTP/1.1 ${status} Fault\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`
}

const until = async (is: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    if (await is()) return
    await sleep(POLL_MS)
  }
}

export const createStriker = (stack: ChaosStack, patience: Patience) => {
  const { watches, links, processes, temporal } = stack

  const untilMessage = (
    point: Extract<Point, { on: 'request' | 'frames' | 'model' }>,
    target: Target,
    over: AbortSignal,
  ) =>
    new Promise<Reached | null>(resolve => {
      const names = (): string[] => {
        if (point.on === 'model') return [target.callerName]
        // Whose session it is to be is said when it is open.
        if (point.on === 'request' && point.link === 'media>model') return []
        return [target.accountId, target.callerName, ...(target.callId === null ? [] : [target.callId])]
      }
      const remove = watches.add({
        link: point.on === 'frames' ? 'carrier>media' : point.on === 'model' ? 'media>model' : point.link,
        texts: () => (point.on === 'frames' ? [] : point.on === 'model' ? [point.saying] : point.saying),
        names,
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

  /** The call's id as it first goes to the store: a fault may come before anybody else is told of it. */
  const learnId = (target: Target): (() => void) =>
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
    })

  /** Until the point is reached; null when the call was over first, or too much time has passed. */
  const reach = async (point: Point, target: Target, over: AbortSignal): Promise<Reached | null> => {
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
  }

  /** The host that holds the call's conversation now, as its stored generation says. */
  const hostOf = async (callId: string | null): Promise<ProcessName | null> => {
    if (callId === null) return null
    const found = await stack.db
      .collection<{ _id: string; ready: { url: string } | null }>('conversations')
      .findOne({ _id: callId })
    return found?.ready ? stack.mediaOf(found.ready.url) : null
  }

  const victims = async (
    who: Victim,
    { kind }: Fault,
    reached: Reached,
    target: Target,
  ): Promise<ProcessName[]> => {
    if (who === 'calls-both') return ['calls-1', 'calls-2']
    if (who !== 'serving') return [who]
    if (reached.seen) return [reached.seen.process]
    const host = kind === 'media' || kind === 'deploy' ? await hostOf(target.callId) : null
    return [host ?? DEFAULT_PROCESS[kind === 'api' || kind === 'calls' ? kind : 'media']]
  }

  /** Sends the same bytes once more, on a connection of their own. */
  const repeat = async ({ link, process, chunk }: Seen): Promise<void> => {
    const port = link === 'front>api' ? stack.front.port : links.port(link, process)
    const { connect } = await import('node:net')
    const socket = connect(port, '127.0.0.1', () => void socket.write(chunk))
    socket.on('error', () => undefined)
    setTimeout(() => socket.destroy(), 3_000).unref()
  }

  const onMessage = async (action: Action, reached: Reached): Promise<void> => {
    if (!reached.seen) return
    const { connection }: { connection: Connection } = reached.seen
    if (action.do === 'hold') await sleep(action.forMs)
    if (action.do === 'answer') connection.answer(httpAnswer(action.status))
    if (action.do === 'drop') connection.reset()
    if (action.do === 'duplicate') await repeat(reached.seen)
    reached.decide(action.do === 'hold' || action.do === 'duplicate' ? 'pass' : 'drop')
  }

  const onProcess = async (
    action: Extract<Action, { do: 'kill' | 'stop' | 'freeze' }>,
    names: ProcessName[],
    reached: Reached,
    events: Events,
  ): Promise<void> => {
    const release = (): void => (reached.seen ? reached.decide(action.do === 'kill' ? 'drop' : 'pass') : undefined)
    if (action.do === 'kill') {
      const killed = await Promise.all(names.map(name => processes.kill(name)))
      release()
      events.note(`killed ${names.join(', ')}`)
      await Promise.all(killed.map(({ again }) => again))
    }
    if (action.do === 'stop') {
      const stopping = names.map(name => processes.stop(name, patience.stopMs))
      for (const name of names) stack.front.leave(name)
      release()
      const inTime = await Promise.all(stopping)
      if (inTime.includes(false)) events.note(`${names.join(', ')} did not stop within ${patience.stopMs} ms`)
    }
    if (action.do === 'freeze') {
      const freezing = names.map(name => processes.freeze(name, action.forMs))
      for (const name of names) stack.front.leave(name)
      release()
      await Promise.all(freezing)
    }
  }

  const act = async (fault: Fault, reached: Reached, target: Target, events: Events): Promise<ProcessName[]> => {
    const { action } = fault
    if (action.do === 'kill' || action.do === 'stop' || action.do === 'freeze') {
      const names = await victims(action.who, fault, reached, target)
      await onProcess(action, names, reached, events)
      return names
    }
    if (action.do !== 'cut') {
      await onMessage(action, reached)
      return reached.seen ? [reached.seen.process] : []
    }
    const [process] = action.whose === 'serving' ? await victims('serving', fault, reached, target) : []
    const those = action.links.flatMap(link => links.of(link, process))
    links.cut(those, action.cut)
    if (reached.seen) reached.decide('pass')
    await sleep(action.forMs)
    links.heal(those)
    return those.map(link => link.process)
  }

  return {
    /** Waits for the fault's point, then for `atPoint`, and does it; resolves when everything is whole again. */
    strike: async (
      fault: Fault,
      target: Target,
      events: Events,
      atPoint: () => Promise<unknown>,
    ): Promise<Strike> => {
      const limit = AbortSignal.timeout(patience.pointMs)
      const over = new AbortController()
      limit.addEventListener('abort', () => over.abort())
      const forget = learnId(target)
      // A history may be read a little later than the call's end.
      const watching = setInterval(() => {
        if (target.isOver) setTimeout(() => over.abort(), OVER_MS)
      }, POLL_MS)
      try {
        const reached = await reach(fault.point, target, over.signal)
        if (!reached) {
          events.note('the point was not reached')
          return { fromMs: null, untilMs: performance.now(), processes: [] }
        }
        await atPoint()
        const fromMs = performance.now()
        events.note(`fault: ${describeFault(fault)}${reached.seen ? ` (at ${reached.seen.process})` : ''}`)
        const hit = await act(fault, reached, target, events)
        events.note('whole again')
        return { fromMs, untilMs: performance.now(), processes: hit }
      } finally {
        clearInterval(watching)
        forget()
      }
    },
  }
}

export type Striker = ReturnType<typeof createStriker>

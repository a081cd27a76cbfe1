// Waits for a planned point, and does there what is planned.
// S1  A fault begins at its point and ends before `strike` resolves: processes are up again, links are whole.
// S2  A point that is not reached in time is a missed fault, not a failure: it is counted.
import { setTimeout as sleep } from 'node:timers/promises'

import type { Events } from './events.ts'
import { describeFault } from './faults/fault.ts'
import type { Action, Fault, ProcessName, Victim } from './faults/fault.ts'
import type { Connection } from './network/tcp-proxy.ts'
import type { Seen } from './network/watch.ts'
import { createPoints } from './points.ts'
import type { Reached, Target } from './points.ts'
import type { ChaosStack } from './stack.ts'
import type { Patience } from './timeouts.ts'

export interface Strike {
  /** When the fault began, on `performance.now()`; null for a missed one. */
  fromMs: number | null
  /** When everything was whole again; infinite until then. */
  untilMs: number
  /** The processes that it has hit so far. */
  processes: ProcessName[]
}

/** The target, until when its points are waited for, and where it is told what happened. */
interface Course {
  target: Target
  over: AbortSignal
  events: Events
  /** Is told of each process before it is hit. */
  hit: ProcessName[]
}

const DEFAULT_PROCESS = { calls: 'calls-1', media: 'media-1', api: 'api-1' } as const

const httpAnswer = (status: number): string => {
  const body = status === 429 ? '{"error":{"message":"too many requests","type":"rate_limit"}}' : 'no'
  return `HTTP/1.1 ${status} Fault\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`
}

export const createStriker = (stack: ChaosStack, patience: Patience) => {
  const { links, processes } = stack
  const points = createPoints(stack)

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

  /** kill -9; resolves when they are dead, `again` when their successors are ready. */
  const kill = async (
    names: ProcessName[],
    reached: Reached,
    events: Events,
  ): Promise<{ again: Promise<unknown> }> => {
    const killed = await Promise.all(names.map(name => processes.kill(name)))
    // What is on its way between others goes on.
    if (reached.seen) reached.decide(names.includes(reached.seen.process) ? 'drop' : 'pass')
    events.note(`killed ${names.join(', ')}`)
    return { again: Promise.all(killed.map(({ again }) => again)) }
  }

  const onKill = async (
    fault: Fault,
    { who, and, again }: Extract<Action, { do: 'kill' }>,
    reached: Reached,
    { target, over, events, hit }: Course,
  ): Promise<void> => {
    const names = [
      ...(await victims(who, fault, reached, target)),
      ...(and === undefined ? [] : await victims(and, fault, reached, target)),
    ]
    hit.push(...names)
    const first = await kill(names, reached, events)
    if (again) {
      const next = await points.reach({ on: 'frames', count: again.frames }, target, over)
      if (!next?.seen) events.note('the call had ended before the second one could die')
      else {
        hit.push(next.seen.process)
        const second = await kill([next.seen.process], next, events)
        await second.again
      }
    }
    await first.again
  }

  const onProcess = async (
    action: Extract<Action, { do: 'stop' | 'freeze' }>,
    names: ProcessName[],
    reached: Reached,
    events: Events,
  ): Promise<void> => {
    const release = (): void => (reached.seen ? reached.decide('pass') : undefined)
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

  const onServer = async (
    { server, awayMs }: Extract<Action, { do: 'kill-server' }>,
    reached: Reached,
    events: Events,
  ): Promise<void> => {
    await stack.killServer(server)
    if (reached.seen) reached.decide('pass')
    events.note(`killed ${server}`)
    await sleep(awayMs)
    await stack.restartServer(server)
  }

  const act = async (fault: Fault, reached: Reached, course: Course): Promise<void> => {
    const { action } = fault
    const { target, events, hit } = course
    if (action.do === 'kill') return await onKill(fault, action, reached, course)
    if (action.do === 'kill-server') {
      await onServer(action, reached, events)
      return
    }
    if (action.do === 'stop' || action.do === 'freeze') {
      const names = await victims(action.who, fault, reached, target)
      hit.push(...names)
      await onProcess(action, names, reached, events)
      return
    }
    if (action.do !== 'cut') {
      if (reached.seen) hit.push(reached.seen.process)
      await onMessage(action, reached)
      return
    }
    const [process] = action.whose === 'serving' ? await victims('serving', fault, reached, target) : []
    const those = action.links.flatMap(link => links.of(link, process))
    hit.push(...those.map(link => link.process))
    links.cut(those, action.cut)
    if (reached.seen) reached.decide('pass')
    await sleep(action.forMs === 'outage' ? patience.outageMs : action.forMs)
    links.heal(those)
  }

  return {
    /** Waits for the fault's point, then for `atPoint`, and does it; resolves when everything is whole again. `begun` is told of it first. */
    strike: async (
      fault: Fault,
      target: Target,
      events: Events,
      { atPoint, begun }: { atPoint: () => Promise<unknown>; begun: (strike: Strike) => void },
    ): Promise<Strike> => {
      const { over, done } = points.overOf(target, patience.pointMs)
      const forget = points.learnId(target)
      try {
        const reached = await points.reach(fault.point, target, over)
        if (!reached) {
          events.note('the point was not reached')
          return { fromMs: null, untilMs: performance.now(), processes: [] }
        }
        await atPoint()
        const strike: Strike = { fromMs: performance.now(), untilMs: Number.POSITIVE_INFINITY, processes: [] }
        begun(strike)
        events.note(`fault: ${describeFault(fault)}${reached.seen ? ` (at ${reached.seen.process})` : ''}`)
        await act(fault, reached, { target, over, events, hit: strike.processes })
        events.note('whole again')
        strike.untilMs = performance.now()
        return strike
      } finally {
        done()
        forget()
      }
    },
  }
}

export type Striker = ReturnType<typeof createStriker>

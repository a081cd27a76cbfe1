// Many runs on one stack: a run begins when the stack is whole again, while calls of earlier ones are still under way.
import { setTimeout as sleep } from 'node:timers/promises'

import { readCarrier } from '../devstack/demo/carrier.ts'
import { isUp } from './accounts/carrier.ts'
import type { Plan } from './plan.ts'
import { createRunner } from './run.ts'
import type { RunResult } from './run.ts'
import type { ChaosStack } from './stack.ts'
import type { Patience } from './timeouts.ts'

const BUSY_MS = 20_000

export interface SessionOptions {
  patience: Patience
  signal: AbortSignal
  speed: number
  /** Calls that may be open when another run begins. */
  atOnce: number
  show: (result: RunResult) => Promise<void>
}

export interface Session {
  results: RunResult[]
  /** Why it ended before all runs were done. */
  problem: string | null
}

/** Runs the plans in order, and looks at the end whether any line is still open. */
export const runAll = async (
  stack: ChaosStack,
  plans: readonly Plan[],
  { patience, signal, speed, atOnce, show }: SessionOptions,
): Promise<Session> => {
  const runner = createRunner(stack, { patience, signal, speed })
  const results: RunResult[] = []
  const open = new Set<Promise<unknown>>()
  const busy = new Set<Promise<unknown>>()
  let calls = 0

  const runPlans = async (): Promise<null> => {
    for (const plan of plans) {
      while (calls + plan.calls.length > atOnce && busy.size > 0) await Promise.race(busy)
      calls += plan.calls.length
      const { whole, result } = await runner.start(plan)
      const shown: Promise<unknown> = result
        .then(async one => {
          results.push(one)
          await show(one)
        })
        .catch((error: unknown) => {
          // Told to stop: what was under way is given up.
          if (!signal.aborted) throw error
        })
        .finally(() => open.delete(shown))
      open.add(shown)
      // A call that waits for minutes (a lost heartbeat) costs no processor.
      const isBusy: Promise<unknown> = Promise.race([shown, sleep(BUSY_MS)]).finally(() => {
        calls -= plan.calls.length
        busy.delete(isBusy)
      })
      busy.add(isBusy)
      await whole
    }
    await Promise.all(open)
    return null
  }
  const stopped = new Promise<string>(resolve => signal.addEventListener('abort', () => resolve('stopped')))
  const problem = await Promise.race([runPlans(), stack.died, stopped])
  if (problem !== null) return { results, problem }
  const { legs } = await readCarrier(stack.sandboxUrl)
  const left = legs.filter(isUp)
  return { results, problem: left.length === 0 ? null : `${left.length} lines are still open at the carrier` }
}

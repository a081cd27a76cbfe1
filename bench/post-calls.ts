// What accepting a call costs beyond what it cannot do without: POST /api/v1/calls over HTTP, against the same store
// operations and a bare workflow start made directly.
// P1  Nobody dials: of our own processes only the API runs, so a workflow that is started goes no further.
// P2  Each round begins with an empty store: the embedded one reads whole collections, and would slow down each round
//     by those before it.
import type { Benchmark, BenchRun } from './benchmark.ts'
import { startApi } from './beside.ts'
import { compareLatency, compareThroughput, warmUp } from './compare.ts'
import { createWays } from './post-calls/ways.ts'
import { createKeys, emptyStore } from './records.ts'
import { withStack } from './stack.ts'

const run = async ({ quick, signal }: BenchRun): Promise<void> =>
  await withStack({ parts: 'servers', signal }, async stack => {
    const api = await startApi(stack, signal)
    try {
      const prepare = async (count: number): Promise<string[]> => {
        await emptyStore(stack.db)
        return await createKeys(stack.db, count)
      }
      const comparison = { unit: 'calls', ways: createWays(stack, api.url), prepare }
      await warmUp(comparison, 100)
      const rounds = quick ? { rounds: 2, times: 20 } : { rounds: 12, times: 50 }
      await compareLatency(comparison, rounds, { at: 'p50', most: 1.3 })
      const pids = { ...stack.pids, api: api.pid }
      await compareThroughput(comparison, { rounds: quick ? 2 : 20, times: 60 }, { pids, least: 0.8 })
    } finally {
      await api.stop()
    }
  })

export const postCalls: Benchmark = {
  name: 'post-calls',
  title: 'what accepting a call costs, nobody dialling',
  run,
}

// What accepting a call costs beyond what it cannot do without: POST /api/v1/calls over HTTP, against the same store
// operations and a bare workflow start made directly.
// P1  Nobody dials: of our own processes only the API runs, so a workflow that is started goes no further.
// P2  The ways take turns, window by window, and no way always follows the same other: what the machine does to one,
//     it does to all.
// P3  Each window begins with an empty store: the embedded one reads whole collections, and would slow down each
//     window by those before it.
import type { Benchmark, BenchRun } from './benchmark.ts'
import { createKeys, emptyStore } from './records.ts'
import { startApi } from './post-calls/api.ts'
import { createWays } from './post-calls/ways.ts'
import type { Way } from './post-calls/ways.ts'
import { withStack } from './stack.ts'
import type { BenchStack } from './stack.ts'
import { median, quantile, ratios, spread } from './statistics.ts'
import { printTable } from './table.ts'

const CONCURRENCY = 8
const POST = 0
const CONTROL = 1

/** The time of each call in ms, and of the window. */
interface Window {
  callsMs: number[]
  totalMs: number
}

const runWindow = async (
  { db }: BenchStack,
  way: Way,
  { calls, concurrency }: { calls: number; concurrency: number },
): Promise<Window> => {
  await emptyStore(db)
  const keys = await createKeys(db, calls)
  const callsMs: number[] = []
  const accept = async (): Promise<void> => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      const startedMs = performance.now()
      await way.accept(key)
      callsMs.push(performance.now() - startedMs)
    }
  }
  const startedMs = performance.now()
  await Promise.all(Array.from({ length: concurrency }, accept))
  return { callsMs, totalMs: performance.now() - startedMs }
}

/** The windows of each way, by round. */
const runRounds = async (
  stack: BenchStack,
  ways: readonly Way[],
  rounds: number,
  size: { calls: number; concurrency: number },
): Promise<Window[][]> => {
  for (const way of ways) await runWindow(stack, way, size)
  const windows: Window[][] = ways.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < ways.length; turn++) {
      const index = (round + (round % 2 === 0 ? turn : ways.length - turn)) % ways.length
      const way = ways[index]
      if (way) windows[index]?.push(await runWindow(stack, way, size))
    }
  return windows
}

const againstControl = (ofWays: readonly number[][], index: number): string =>
  index === CONTROL ? '1' : spread(ratios(ofWays[index] ?? [], ofWays[CONTROL] ?? []), 2)

const printLatency = (ways: readonly Way[], windows: readonly Window[][]): void => {
  const medians = windows.map(ofWay => ofWay.map(({ callsMs }) => median(callsMs)))
  const all = windows.map(ofWay => ofWay.flatMap(({ callsMs }) => callsMs))
  const controlP99 = quantile(all[CONTROL] ?? [], 0.99)
  printTable(
    ['one after the other', 'calls', 'p50 ms', 'p99 ms', 'p50 against control', 'p99', 'goal'],
    ways.map(({ name }, index) => {
      const callsMs = all[index] ?? []
      const p99 = quantile(callsMs, 0.99)
      return [
        name,
        String(callsMs.length),
        median(callsMs).toFixed(1),
        p99.toFixed(1),
        againstControl(medians, index),
        (p99 / controlP99).toFixed(2),
        index === POST ? '≤ 1.3' : '',
      ]
    }),
  )
}

const printThroughput = (ways: readonly Way[], windows: readonly Window[][]): void => {
  const rates = windows.map(ofWay => ofWay.map(({ callsMs, totalMs }) => (callsMs.length * 1000) / totalMs))
  printTable(
    [`${CONCURRENCY} at a time`, 'windows', 'calls a second', 'against control', 'goal'],
    ways.map(({ name }, index) => [
      name,
      String(rates[index]?.length),
      spread(rates[index] ?? [], 1),
      againstControl(rates, index),
      index === POST ? '≥ 0.8' : '',
    ]),
  )
}

const run = async ({ quick, signal }: BenchRun): Promise<void> =>
  await withStack({ parts: 'servers', signal }, async stack => {
    const api = await startApi(stack, signal)
    try {
      const ways = createWays(stack, api.url, CONCURRENCY)
      const rounds = quick ? 2 : 9
      printLatency(ways, await runRounds(stack, ways, rounds, { calls: quick ? 20 : 60, concurrency: 1 }))
      printThroughput(
        ways,
        await runRounds(stack, ways, rounds, { calls: quick ? 40 : 120, concurrency: CONCURRENCY }),
      )
    } finally {
      await api.stop()
    }
  })

export const postCalls: Benchmark = {
  name: 'post-calls',
  title: 'what accepting a call costs, nobody dialling',
  run,
}

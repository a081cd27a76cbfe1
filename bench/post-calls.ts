// What accepting a call costs beyond what it cannot do without: POST /api/v1/calls over HTTP, against the same store
// operations and a bare workflow start made directly.
// P1  Nobody dials: of our own processes only the API runs, so a workflow that is started goes no further.
// P2  The ways take turns, and none always follows the same other: what the machine does to one, it does to all. One
//     after the other they change with each call, at a time with each window of a second or so.
// P3  Each round begins with an empty store: the embedded one reads whole collections, and would slow down each round
//     by those before it.
import type { Benchmark, BenchRun } from './benchmark.ts'
import { startApi } from './post-calls/api.ts'
import { createWays } from './post-calls/ways.ts'
import type { Way } from './post-calls/ways.ts'
import { cpuOf } from './processes.ts'
import { createKeys, emptyStore } from './records.ts'
import { withStack } from './stack.ts'
import type { BenchStack } from './stack.ts'
import { median, quantile, ratios, spread } from './statistics.ts'
import { printTable } from './table.ts'

const CONCURRENCY = 8
const POST = 0
const CONTROL = 1

/** The ways in another order in each round. */
const inTurn = (ways: readonly Way[], round: number): [index: number, way: Way][] => {
  const order = [...ways.entries()]
  const turned = [...order.slice(round % order.length), ...order.slice(0, round % order.length)]
  return Math.floor(round / order.length) % 2 === 0 ? turned : turned.toReversed()
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

/** How long each call took, in ms: by way, then by round. */
const oneAfterTheOther = async (
  { db }: BenchStack,
  ways: readonly Way[],
  { rounds, calls }: { rounds: number; calls: number },
): Promise<number[][][]> => {
  const times = ways.map(() => Array.from({ length: rounds }, (): number[] => []))
  for (let round = 0; round < rounds; round++) {
    await emptyStore(db)
    const keys = await createKeys(db, calls * ways.length)
    for (let call = 0; call < calls; call++)
      for (const [index, way] of inTurn(ways, call))
        times[index]?.[round]?.push(await timed(() => way.accept(keys.pop() ?? '')))
  }
  return times
}

interface Window {
  callsASecond: number
  /** Processor time of all processes, in ms. */
  cpuMsACall: number
}

const runWindow = async (
  stack: BenchStack,
  way: Way,
  calls: number,
  pids: BenchStack['pids'],
): Promise<Window> => {
  await emptyStore(stack.db)
  const keys = await createKeys(stack.db, calls)
  const accept = async (): Promise<void> => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) await way.accept(key)
  }
  const cpuSeconds = async () => Object.values(await cpuOf(pids)).reduce((sum, seconds) => sum + seconds, 0)
  const before = await cpuSeconds()
  const ms = await timed(() => Promise.all(Array.from({ length: CONCURRENCY }, accept)))
  return { callsASecond: (calls * 1000) / ms, cpuMsACall: (((await cpuSeconds()) - before) * 1000) / calls }
}

/** The windows of each way, by round. */
const someAtATime = async (
  stack: BenchStack,
  ways: readonly Way[],
  { rounds, calls, pids }: { rounds: number; calls: number; pids: BenchStack['pids'] },
): Promise<Window[][]> => {
  const windows: Window[][] = ways.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, way] of inTurn(ways, round)) windows[index]?.push(await runWindow(stack, way, calls, pids))
  return windows
}

const againstControl = (ofWays: readonly number[][], index: number): string =>
  index === CONTROL ? '1' : spread(ratios(ofWays[index] ?? [], ofWays[CONTROL] ?? []), 2)

const printLatency = (ways: readonly Way[], times: readonly number[][][]): void => {
  const medians = times.map(ofWay => ofWay.map(median))
  const controlP99 = quantile((times[CONTROL] ?? []).flat(), 0.99)
  printTable(
    ['one after the other', 'calls', 'p50 ms', 'p99 ms', 'p50 against control', 'p99', 'goal'],
    ways.map(({ name }, index) => {
      const all = (times[index] ?? []).flat()
      const p99 = quantile(all, 0.99)
      return [
        name,
        String(all.length),
        median(all).toFixed(1),
        p99.toFixed(1),
        againstControl(medians, index),
        (p99 / controlP99).toFixed(2),
        index === POST ? '≤ 1.3' : '',
      ]
    }),
  )
}

const printThroughput = (ways: readonly Way[], windows: readonly Window[][]): void => {
  const rates = windows.map(ofWay => ofWay.map(({ callsASecond }) => callsASecond))
  printTable(
    [`${CONCURRENCY} at a time`, 'windows', 'calls a second', 'against control', 'goal', 'processor ms a call'],
    ways.map(({ name }, index) => [
      name,
      String(rates[index]?.length),
      spread(rates[index] ?? [], 1),
      againstControl(rates, index),
      index === POST ? '≥ 0.8' : '',
      median((windows[index] ?? []).map(({ cpuMsACall }) => cpuMsACall)).toFixed(1),
    ]),
  )
}

const run = async ({ quick, signal }: BenchRun): Promise<void> =>
  await withStack({ parts: 'servers', signal }, async stack => {
    const api = await startApi(stack, signal)
    try {
      const ways = createWays(stack, api.url, CONCURRENCY)
      const pids = { ...stack.pids, api: api.pid }
      await someAtATime(stack, ways, { rounds: 1, calls: 100, pids })
      printLatency(ways, await oneAfterTheOther(stack, ways, { rounds: quick ? 2 : 12, calls: quick ? 20 : 50 }))
      printThroughput(ways, await someAtATime(stack, ways, { rounds: quick ? 2 : 20, calls: 60, pids }))
    } finally {
      await api.stop()
    }
  })

export const postCalls: Benchmark = {
  name: 'post-calls',
  title: 'what accepting a call costs, nobody dialling',
  run,
}

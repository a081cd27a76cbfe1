// Ways to the same end, compared in one run. The first is measured, the second is its control.
// W1  The ways take turns, and none always follows the same other: what the machine does to one, it does to all. One
//     after the other they change with each item, at a time with each window of a second or so.
import { cpuOf } from './processes.ts'
import { median, quantile, ratios, spread } from './statistics.ts'
import { printTable } from './table.ts'

export interface Way<T> {
  name: string
  /** Does it once, with an item that is its own. */
  run: (item: T) => Promise<unknown>
}

export interface Comparison<T> {
  /** What is done, in the plural: `calls`. */
  unit: string
  ways: readonly Way<T>[]
  /** Makes so many items for a round, which takes them from the end. */
  prepare: (count: number) => Promise<T[]>
}

/** What the first way may take of its control's time at most. */
export interface Goal {
  at: 'p50' | 'p99'
  most: number
}

/** How many rounds, and how many times in each. */
export interface Rounds {
  rounds: number
  times: number
}

const CONCURRENCY = 8
const MEASURED = 0
const CONTROL = 1

/** The ways in another order in each round. */
const inTurn = <T>(ways: readonly Way<T>[], round: number): [index: number, way: Way<T>][] => {
  const order = [...ways.entries()]
  const turned = [...order.slice(round % order.length), ...order.slice(0, round % order.length)]
  return Math.floor(round / order.length) % 2 === 0 ? turned : turned.toReversed()
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

/** How long each time took, in ms: by way, then by round. */
const oneAfterTheOther = async <T>(
  { ways, prepare }: Comparison<T>,
  { rounds, times }: Rounds,
): Promise<number[][][]> => {
  const tookMs = ways.map(() => Array.from({ length: rounds }, (): number[] => []))
  for (let round = 0; round < rounds; round++) {
    const items = await prepare(times * ways.length)
    for (let time = 0; time < times; time++)
      for (const [index, way] of inTurn(ways, time))
        for (const item of items.splice(-1)) tookMs[index]?.[round]?.push(await timed(() => way.run(item)))
  }
  return tookMs
}

interface Window {
  perSecond: number
  /** Processor time of all processes, in ms, each time. */
  cpuMs: number
}

const runWindow = async <T>(way: Way<T>, items: T[], pids: Record<string, number>): Promise<Window> => {
  const times = items.length
  const work = async (): Promise<void> => {
    for (let [item] = items.splice(-1); item !== undefined; [item] = items.splice(-1)) await way.run(item)
  }
  const cpuSeconds = async () => Object.values(await cpuOf(pids)).reduce((sum, seconds) => sum + seconds, 0)
  const before = await cpuSeconds()
  const ms = await timed(() => Promise.all(Array.from({ length: CONCURRENCY }, work)))
  return { perSecond: (times * 1000) / ms, cpuMs: (((await cpuSeconds()) - before) * 1000) / times }
}

/** The windows of each way, by round. */
const someAtATime = async <T>(
  { ways, prepare }: Comparison<T>,
  { rounds, times }: Rounds,
  pids: Record<string, number>,
): Promise<Window[][]> => {
  const windows: Window[][] = ways.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, way] of inTurn(ways, round))
      windows[index]?.push(await runWindow(way, await prepare(times), pids))
  return windows
}

/** Does everything once without looking at the clock: code is compiled, and connections are open. */
export const warmUp = async <T>(comparison: Comparison<T>, times: number): Promise<void> => {
  await someAtATime(comparison, { rounds: 1, times }, {})
}

const againstControl = (ofWays: readonly number[][], index: number): string =>
  index === CONTROL ? '1' : spread(ratios(ofWays[index] ?? [], ofWays[CONTROL] ?? []), 2)

/** Measures one after the other, and prints it. */
export const compareLatency = async <T>(
  comparison: Comparison<T>,
  rounds: Rounds,
  { at, most }: Goal,
): Promise<void> => {
  const tookMs = await oneAfterTheOther(comparison, rounds)
  const all = tookMs.map(ofWay => ofWay.flat())
  const medians = tookMs.map(ofWay => ofWay.map(median))
  const p99s = all.map(ofWay => quantile(ofWay, 0.99))
  const p99AgainstControl = (index: number): number => (p99s[index] ?? Number.NaN) / (p99s[CONTROL] ?? Number.NaN)
  const reached = {
    p50: median(ratios(medians[MEASURED] ?? [], medians[CONTROL] ?? [])),
    p99: p99AgainstControl(MEASURED),
  }
  printTable(
    ['one after the other', comparison.unit, 'p50 ms', 'p99 ms', 'p50 against control', 'p99', 'goal'],
    comparison.ways.map(({ name }, index) => [
      name,
      String(all[index]?.length),
      median(all[index] ?? []).toFixed(1),
      (p99s[index] ?? Number.NaN).toFixed(1),
      againstControl(medians, index),
      p99AgainstControl(index).toFixed(2),
      index === MEASURED ? `${at} ≤ ${most}, ${reached[at] <= most ? 'met' : 'missed'}` : '',
    ]),
  )
}

/** Measures at a time, and prints it; `least` of the control's throughput is the goal, if there is one. */
export const compareThroughput = async <T>(
  comparison: Comparison<T>,
  rounds: Rounds,
  { pids, least }: { pids: Record<string, number>; least?: number },
): Promise<void> => {
  const windows = await someAtATime(comparison, rounds, pids)
  const rates = windows.map(ofWay => ofWay.map(({ perSecond }) => perSecond))
  const reached = median(ratios(rates[MEASURED] ?? [], rates[CONTROL] ?? []))
  const goal = least === undefined ? '' : `≥ ${least}, ${reached >= least ? 'met' : 'missed'}`
  printTable(
    [
      `${CONCURRENCY} at a time`,
      'windows',
      `${comparison.unit} a second`,
      'against control',
      'goal',
      'processor ms',
    ],
    comparison.ways.map(({ name }, index) => [
      name,
      String(rates[index]?.length),
      spread(rates[index] ?? [], 1),
      againstControl(rates, index),
      index === MEASURED ? goal : '',
      median((windows[index] ?? []).map(({ cpuMs }) => cpuMs)).toFixed(1),
    ]),
  )
}

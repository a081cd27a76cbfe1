// Whole calls a minute through the sandbox, from POST to the end that a client reads. The control is the same call, one
// at a time, in the same round: it tells what more at a time gains.
import { differences } from '../devstack/demo/differences.ts'
import { readmeRequest } from '../devstack/demo/request.ts'
import { scenarioFor } from '../src/sandbox/scenarios/table.ts'
import type { Benchmark, BenchRun } from './benchmark.ts'
import { createKeys, emptyStore } from './records.ts'
import { placeCall } from './place.ts'
import type { ReadCall } from './place.ts'
import { cpuOf } from './processes.ts'
import { withStack } from './stack.ts'
import type { BenchStack } from './stack.ts'
import { median, quantile, ratios, spread } from './statistics.ts'
import { printTable } from './table.ts'

const SPEED = 20
const NUMBER = '+14155550100'
const LEVELS = [1, 5, 10] as const

interface Window {
  callsAMinute: number
  /** From POST to the end, in seconds. */
  tookSeconds: number[]
  /** How long each conversation was, in seconds of media time. */
  mediaSeconds: number[]
  asExpected: number
  /** What differed from the scenario. */
  found: string[]
  /** Processor time a call, in seconds, by process. */
  cpuSeconds: Record<string, number>
}

const runWindow = async (stack: BenchStack, calls: number, concurrency: number): Promise<Window> => {
  const body = { ...(await readmeRequest(stack.sandboxUrl)), to_phone_number: NUMBER }
  await emptyStore(stack.db)
  const keys = await createKeys(stack.db, calls)
  const tookSeconds: number[] = []
  const ended: ReadCall[] = []
  const place = async (): Promise<void> => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      const startedMs = performance.now()
      const call = await placeCall(stack.apiUrl, key, body)
      ended.push(await call.until())
      tookSeconds.push((performance.now() - startedMs) / 1000)
    }
  }
  const cpuBefore = await cpuOf(stack.pids)
  const startedMs = performance.now()
  await Promise.all(Array.from({ length: concurrency }, place))
  const minutes = (performance.now() - startedMs) / 60_000
  const cpuAfter = await cpuOf(stack.pids)
  const verdicts = await Promise.all(ended.map(call => judge(stack, call)))
  return {
    callsAMinute: ended.length / minutes,
    tookSeconds,
    mediaSeconds: ended.map(call => call.duration_seconds ?? 0),
    asExpected: verdicts.filter(found => found.length === 0).length,
    found: verdicts.flat(),
    cpuSeconds: Object.fromEntries(
      Object.entries(cpuAfter).map(([name, after]) => [name, (after - (cpuBefore[name] ?? 0)) / calls]),
    ),
  }
}

/** What differs from the scenario's end and from the callee's own account; credits are not looked at here. */
const judge = async (stack: BenchStack, call: ReadCall): Promise<string[]> => {
  const scenario = scenarioFor(NUMBER)
  return await differences(stack, scenario, call, scenario.ends.credits)
}

const rowOf = (level: number, windows: readonly Window[], control: readonly Window[]): string[] => {
  const rates = windows.map(({ callsAMinute }) => callsAMinute)
  const against = ratios(
    rates,
    control.map(({ callsAMinute }) => callsAMinute),
  )
  const took = windows.flatMap(({ tookSeconds }) => tookSeconds)
  const media = windows.flatMap(({ mediaSeconds }) => mediaSeconds)
  const asExpected = windows.reduce((sum, window) => sum + window.asExpected, 0)
  return [
    level === 1 ? '1 (control)' : String(level),
    `${asExpected} of ${took.length}`,
    spread(rates, 1),
    level === 1 ? '1' : spread(against, 2),
    median(took).toFixed(1),
    quantile(took, 1).toFixed(1),
    (median(media) / SPEED).toFixed(1),
  ]
}

const printCpu = (windows: readonly Window[][]): void => {
  const secondsOf = (ofLevel: readonly Window[], name: string): number =>
    median(ofLevel.map(({ cpuSeconds }) => cpuSeconds[name] ?? Number.NaN))
  const names = Object.keys(windows[0]?.[0]?.cpuSeconds ?? {})
  const rows = names.map(name => windows.map(ofLevel => secondsOf(ofLevel, name)))
  const sums = windows.map((_, level) => rows.reduce((sum, row) => sum + (row[level] ?? 0), 0))
  const format = (seconds: readonly number[]): string[] => seconds.map(value => value.toFixed(2))
  printTable(
    ['processor seconds a call', ...LEVELS.map(level => `${level} at a time`)],
    [...names.map((name, index) => [name, ...format(rows[index] ?? [])]), ['in all', ...format(sums)]],
  )
}

const run = async ({ quick, signal }: BenchRun): Promise<void> =>
  await withStack({ speed: SPEED, signal }, async stack => {
    await runWindow(stack, 1, 1)
    const windows = LEVELS.map((): Window[] => [])
    const rounds = quick ? 1 : 3
    for (let round = 0; round < rounds; round++)
      for (const [index, level] of LEVELS.entries()) {
        console.error(`round ${round + 1} of ${rounds}, ${level} at a time`)
        windows[index]?.push(await runWindow(stack, Math.max(quick ? 3 : 5, 2 * level), level))
      }
    printTable(
      ['at a time', 'as they should', 'calls a minute', 'against 1', 'a call takes s', 'longest', 'audio of it'],
      LEVELS.map((level, index) => rowOf(level, windows[index] ?? [], windows[0] ?? [])),
    )
    printCpu(windows)
    for (const difference of windows.flat().flatMap(({ found }) => found)) console.log(`differs   ${difference}`)
  })

export const calls: Benchmark = {
  name: 'calls',
  title: `whole calls through the sandbox (agrees, speed ${SPEED})`,
  run,
}

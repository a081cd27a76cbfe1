// What each process takes at rest, and with ten calls under way in real time. The control is a Node process that does
// nothing: what is below it is Node's own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

import { readmeRequest } from '../devstack/demo/request.ts'
import type { Benchmark, BenchRun } from './benchmark.ts'
import { createKeys } from './records.ts'
import { placeCall } from './place.ts'
import type { PlacedCall } from './place.ts'
import { memoryOf } from './processes.ts'
import type { Memory } from './processes.ts'
import { withStack } from './stack.ts'
import type { BenchStack } from './stack.ts'
import { median } from './statistics.ts'
import { printTable } from './table.ts'

const CALLS = 10
const SAMPLES = 5
const SAMPLE_EVERY_MS = 1_000

type Pids = Record<string, number>
type Sampled = Record<string, Memory>

/** The median of some samples of each process. */
const sample = async (pids: Pids, samples: number): Promise<Sampled> => {
  const taken: Sampled[] = []
  for (let left = samples; left > 0; left--) {
    const entries = Object.entries(pids).map(async ([name, pid]) => [name, await memoryOf(pid)] as const)
    taken.push(Object.fromEntries(await Promise.all(entries)))
    if (left > 1) await delay(SAMPLE_EVERY_MS)
  }
  const middle = (name: string, kind: keyof Memory): number =>
    median(taken.map(sampled => sampled[name]?.[kind] ?? Number.NaN))
  return Object.fromEntries(
    Object.keys(pids).map(name => [name, { rss: middle(name, 'rss'), pss: middle(name, 'pss') }]),
  )
}

/** Places the calls and returns when every one is being talked on. */
const talkOnAll = async (stack: BenchStack): Promise<PlacedCall[]> => {
  const body = await readmeRequest(stack.sandboxUrl)
  const keys = await createKeys(stack.db, CALLS)
  const placed = await Promise.all(keys.map(async key => await placeCall(stack.apiUrl, key, body)))
  for (const { status } of await Promise.all(placed.map(call => call.until(['in_progress']))))
    if (status !== 'in_progress') throw new Error(`a call was ${status} before all ten were being talked on`)
  return placed
}

const expectTalking = async (placed: readonly PlacedCall[]): Promise<void> => {
  const open = (await Promise.all(placed.map(call => call.read()))).filter(call => call.status === 'in_progress')
  if (open.length < CALLS) throw new Error(`only ${open.length} of ${CALLS} calls were under way to the end`)
}

const printMemory = (columns: readonly (readonly [string, Sampled])[]): void => {
  const names = Object.keys(columns[0]?.[1] ?? {})
  const mebibytes = (bytes: number | undefined): string => ((bytes ?? Number.NaN) / 2 ** 20).toFixed(0)
  printTable(
    ['MiB', ...columns.flatMap(([when]) => [`${when}: RSS`, 'PSS'])],
    names.map(name => [
      name,
      ...columns.flatMap(([, sampled]) => [mebibytes(sampled[name]?.rss), mebibytes(sampled[name]?.pss)]),
    ]),
  )
}

const measure = async (stack: BenchStack, idle: number, quick: boolean): Promise<void> => {
  const pids: Pids = { ...stack.pids, 'control: idle Node': idle }
  const samples = quick ? 1 : SAMPLES
  await delay(quick ? 1_000 : 5_000)
  const atRest = await sample(pids, samples)
  const placed = await talkOnAll(stack)
  const talking = await sample(pids, samples)
  await expectTalking(placed)
  await Promise.all(placed.map(call => call.until()))
  await delay(quick ? 1_000 : 5_000)
  printMemory([
    ['at rest', atRest],
    ['ten calls', talking],
    ['after them', await sample(pids, samples)],
  ])
}

const run = async ({ quick, signal }: BenchRun): Promise<void> => {
  const idle = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  await once(idle, 'spawn')
  try {
    await withStack({ speed: 1, signal }, async stack => await measure(stack, idle.pid ?? 0, quick))
  } finally {
    idle.stdin.end()
  }
}

export const memory: Benchmark = {
  name: 'memory',
  title: 'each process at rest and with ten calls (speed 1), with what it started',
  run,
}

// What one run does: a few calls at once and one fault, drawn from the seed and the run's number alone.
// P1  The same seed and run give the same plan, whatever other runs were asked for.
// P2  A plan is data: it is printed with a failing run, and nothing in it depends on how the run goes.
import { SCENARIOS } from '../src/sandbox/scenarios/table.ts'
import { faultOf } from './faults/catalogue.ts'
import type { Fault, Kind, Slow } from './faults/fault.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'

export interface PlannedCall {
  scenario: string
  number: string
  /** After the run's beginning. */
  afterMs: number
  website: boolean
  /** The client retries with the same Idempotency-Key until it has an answer; without one it sends once. */
  retries: boolean
  /** The client cancels so long after its 202; null: never. */
  cancelsAfterMs: number | null
}

export interface Plan {
  seed: string
  run: number
  calls: PlannedCall[]
  /** Which of the calls the fault waits for. */
  target: number
  fault: Fault
  /** A link that is slow during the whole run. */
  slow: Slow | null
}

/** Numbers that choose no scenario agree: they keep calls of one batch from waiting for each other's dial lock. */
const plainNumber = (random: Random): string => `+1415555${random.int(1000, 9999)}`

const callOf = (random: Random, scenario: string | null): PlannedCall => {
  const { name, number } = scenario
    ? (SCENARIOS.find(one => one.name === scenario) ?? random.pick(SCENARIOS))
    : random.pick(SCENARIOS)
  return {
    scenario: name,
    number: name === 'agrees' ? plainNumber(random) : number,
    afterMs: random.int(0, 400),
    website: random.chance(0.3),
    retries: random.chance(0.7),
    cancelsAfterMs: random.chance(0.08) ? random.int(0, 3_000) : null,
  }
}

const MOST_CALLS = 5

/** The plan of a run. */
export const planOf = (seed: string, run: number, kinds: readonly Kind[]): Plan => {
  const random = createRandom(`${seed}/${run}`)
  const kind = random.pick(kinds)
  const { fault, scenarios } = faultOf(kind, random)
  const target = callOf(random, scenarios ? random.pick(scenarios) : null)
  // The point may be one that a call comes to only if it is not canceled.
  target.cancelsAfterMs = null
  if (fault.point.on === 'activity' && fault.point.activity === 'readWebsite') target.website = true
  const calls = [target]
  const others = random.int(2, MOST_CALLS - 1)
  while (calls.length <= others) {
    const call = callOf(random, null)
    if (!calls.some(({ number }) => number === call.number)) calls.push(call)
  }
  const slow: Slow | null = random.chance(0.2)
    ? {
        link: random.pick(['api>store', 'calls>store', 'media>store', 'calls>carrier', 'calls>temporal'] as const),
        ms: random.int(2, 30),
      }
    : null
  return {
    seed,
    run,
    calls,
    target: 0,
    fault,
    slow,
  }
}

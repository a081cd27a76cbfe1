// What one run does: a few calls at once and one fault, drawn from the seed and the run's number alone.
// P1  The same seed and run give the same plan, whatever other runs were asked for.
// P2  A plan is data: it is printed with a failing run, and nothing in it depends on how the run goes.
import { SCENARIOS } from '../src/sandbox/scenarios/table.ts'
import { faultOf } from './faults/catalogue.ts'
import type { Fault, Kind, Point, Slow } from './faults/fault.ts'
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
  /** When its 202 has come, and when it has ended, the client sends the request again so many times at once. */
  repeats: number
  /** The account has no credits: it buys some first, and the payment's event comes so many times more. */
  buys: { method: 'card' | 'us_bank_account'; resends: number } | null
  cancels: Cancellation | null
}

/** The client cancels at a point, counted after its 202, so many times at once. */
export interface Cancellation {
  at: Exclude<Point, { on: 'activity' }>
  times: number
  /** A message at which the point was reached is not handed on before the answer; else both go at once. */
  isFirst: boolean
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

/** At any message from the dial on, and at those that tell that the callee has answered. */
const cancelPoint = (random: Random): Cancellation['at'] => {
  const moment = random.pick(['before', 'after'] as const)
  const request = (link: 'front>api' | 'calls>carrier' | 'calls>store', nth: number, saying: string[]) =>
    ({ on: 'request', link, saying, nth, moment }) as const
  return random.pick<Cancellation['at']>([
    { on: 'time', afterMs: random.int(0, 3_000) },
    request('calls>carrier', 1, ['Calls.json']),
    request('calls>store', random.int(1, 20), []),
    request('front>api', 1, ['/instructions']),
    request('front>api', random.int(1, 4), ['/status']),
    { on: 'frames', count: random.int(1, 400) },
  ])
}

const cancellation = (random: Random): Cancellation => ({
  at: cancelPoint(random),
  times: random.int(1, 3),
  isFirst: random.chance(0.5),
})

const purchase = (random: Random): PlannedCall['buys'] => ({
  method: random.pick(['card', 'card', 'us_bank_account'] as const),
  resends: random.int(1, 4),
})

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
    repeats: random.chance(0.4) ? random.int(1, 3) : 0,
    buys: random.chance(0.1) ? purchase(random) : null,
    cancels: random.chance(0.12) ? cancellation(random) : null,
  }
}

const MOST_CALLS = 5

/** The plan of a run. */
export const planOf = (seed: string, run: number, kinds: readonly Kind[]): Plan => {
  const random = createRandom(`${seed}/${run}`)
  const kind = random.pick(kinds)
  const { fault, scenarios, buys } = faultOf(kind, random)
  const target = callOf(random, scenarios ? random.pick(scenarios) : null)
  // The point may be one that a call comes to only if it is not canceled.
  target.cancels = null
  if (buys) target.buys ??= purchase(random)
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

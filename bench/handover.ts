// How long a callee hears nothing because its media host is gone. In real time; the agent is in the middle of a sentence
// when its host is killed or frozen. A host that is told to stop lets go between two sentences.
// Every call of a round is on the host that is struck: the next one is started when all of them ring.
import { setTimeout as delay } from 'node:timers/promises'

import { readCarrier } from '../devstack/demo/carrier.ts'
import { readmeRequest } from '../devstack/demo/request.ts'
import { storedTurnsOf } from '../src/conversations/conversation.ts'
import type { Conversation } from '../src/conversations/conversation.ts'
import type { LegAccount } from '../src/sandbox/carrier/account.ts'
import { FIRST_TOKEN_MS } from '../src/sandbox/model/realtime/response.ts'
import type { Benchmark, BenchRun } from './benchmark.ts'
import { silenceOf, TURN_END_MS } from './handover/silence.ts'
import type { Silence } from './handover/silence.ts'
import { placeCall } from './place.ts'
import { createKeys } from './records.ts'
import { withStack } from './stack.ts'
import type { BenchStack } from './stack.ts'
import { median } from './statistics.ts'
import { printTable } from './table.ts'
import { startTwin } from './twin.ts'

const NUMBER = '+14155550100'
const SAMPLES = 20
/** So many lose their host at once. */
const CALLS_A_ROUND = 8
const QUICK_CALLS = 3
const QUICK_SAMPLES = 2
const MOST_ROUNDS = 8
const LOOK_MS = 10
const ROUND_MS = 60_000
/** More than 4 seconds of the introduction are left when so much of it is stored. */
const CHARACTERS = 30
const TIMEOUTS = JSON.stringify({ drainMs: 100 })

interface Fault {
  name: string
  /** Which processes it strikes, at the same moment. */
  strikes: readonly ('media' | 'calls')[]
  signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP'
  /** Of our share. */
  goalMs: number | null
}
const FAULTS: readonly Fault[] = [
  { name: 'killed', strikes: ['media'], signal: 'SIGKILL', goalMs: 2_000 },
  { name: 'told to stop', strikes: ['media'], signal: 'SIGTERM', goalMs: 300 },
  { name: 'frozen', strikes: ['media'], signal: 'SIGSTOP', goalMs: 10_000 },
  { name: 'killed, with its calls worker', strikes: ['media', 'calls'], signal: 'SIGKILL', goalMs: null },
]

const legsOf = async ({ sandboxUrl }: BenchStack): Promise<LegAccount[]> => (await readCarrier(sandboxUrl)).legs

/** Asks until there is an answer. */
const until = async <T>(signal: AbortSignal, ask: () => Promise<T | null>): Promise<T> => {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ROUND_MS)])
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    await delay(LOOK_MS, undefined, { signal: limit })
  }
}

const isInSentence = ({ turns }: Conversation): boolean => {
  const last = storedTurnsOf({ turns }).at(-1)
  return last?.role === 'agent' && !last.final && last.text.length > CHARACTERS
}

/** The host of all calls is struck while their agents are in the middle of a sentence. */
const runRound = async (
  stack: BenchStack,
  { strikes, signal: how }: Fault,
  calls: number,
  signal: AbortSignal,
): Promise<Silence[]> => {
  const body = { ...(await readmeRequest(stack.sandboxUrl)), to_phone_number: NUMBER }
  const keys = await createKeys(stack.db, calls)
  const placed = await Promise.all(keys.map(async key => await placeCall(stack.apiUrl, key, body)))
  await Promise.all(placed.map(call => call.until(['dialing', 'in_progress'])))
  const twins = await Promise.all(strikes.map(name => startTwin(stack, name, signal)))
  try {
    const conversations = stack.db.collection<Conversation>('conversations')
    // On a busy machine one call may be through with its sentence before another one has begun, and all of them may be
    // before the next host is there: such a round gives nothing.
    const struck = await until(signal, async () => {
      const all = await conversations.find({}).toArray()
      const inSentence = all.filter(isInSentence)
      if (inSentence.length >= calls - 1) return inSentence.map(({ _id }) => _id)
      return all.every(({ ended }) => ended !== null) ? [] : null
    })
    if (struck.length === 0) return []
    const struckAt = performance.now()
    for (const name of strikes) process.kill(stack.pids[name] ?? Number.NaN, how)
    const silences = await watchLegs(stack, how === 'SIGSTOP' ? struckAt : null, struck, signal)
    if (how === 'SIGSTOP') await stack.kill('media')
    return silences
  } finally {
    await Promise.all(twins.map(twin => twin.stop()))
  }
}

/**
 * Until each leg has heard its successor. The old stream's end is in the carrier's account; but media time stands still
 * on a leg whose host is frozen, so from `frozenAt` on the way to the next stream is measured by this process's clock.
 */
const watchLegs = async (
  stack: BenchStack,
  frozenAt: number | null,
  struck: readonly string[],
  signal: AbortSignal,
): Promise<Silence[]> => {
  const openedAfterMs = new Map<string, number>()
  const isStruck = ({ requests }: LegAccount): boolean =>
    struck.some(id => requests.some(({ url }) => url.includes(id)))
  return await until(signal, async () => {
    const legs = (await legsOf(stack)).filter(isStruck)
    for (const { sid, streams } of legs) {
      const isOpen = typeof streams[1]?.openedMs === 'number'
      if (frozenAt !== null && isOpen && !openedAfterMs.has(sid))
        openedAfterMs.set(sid, performance.now() - frozenAt)
    }
    const silences = legs.flatMap(leg => silenceOf(leg, openedAfterMs.get(leg.sid)) ?? [])
    if (silences.length === struck.length) return silences
    if (legs.some(leg => leg.durationSeconds !== null && !silenceOf(leg)))
      throw new Error('a call has not survived the loss of its media host')
    return null
  })
}

const measure = async (fault: Fault, { quick, signal }: BenchRun): Promise<Silence[]> => {
  const silences: Silence[] = []
  const [wanted, calls] = quick ? [QUICK_SAMPLES, QUICK_CALLS] : [SAMPLES, CALLS_A_ROUND]
  const env = { ...process.env, MEDIA_SLOTS: '60', ...(fault.signal === 'SIGTERM' && { TIMEOUTS }) }
  for (let round = 0; silences.length < wanted; round++) {
    if (round === MOST_ROUNDS) throw new Error('this machine is too busy for calls in real time')
    await withStack({ speed: 1, env, signal, endsProcesses: true }, async stack => {
      silences.push(...(await runRound(stack, fault, calls, signal)))
    })
    const newest = silences.map(({ toStreamMs, toFrameMs, oursMs }) =>
      [toStreamMs, toFrameMs, oursMs].map(ms => ms.toFixed(0)).join('/'),
    )
    console.error(`${fault.name}, ms to stream/frame/ours: ${newest.join(' ')}`)
  }
  return silences.slice(0, wanted)
}

/** `median` and `worst` in ms. */
const figures = (values: readonly number[]): string[] =>
  [median(values), Math.max(...values)].map(ms => `${ms.toFixed(0)} ms`)

const verdict = (ours: readonly number[], goalMs: number | null): string[] => {
  if (goalMs === null) return ['', '']
  const isMet = (ms: number): boolean => ms < goalMs
  const how = isMet(Math.max(...ours)) ? 'met' : isMet(median(ours)) ? 'met by the median' : 'missed'
  return [`< ${goalMs} ms`, how]
}

const run = async (options: BenchRun): Promise<void> => {
  const rows: string[][] = []
  for (const fault of FAULTS) {
    const silences = await measure(fault, options)
    const ours = silences.map(({ oursMs }) => oursMs)
    const frames = figures(silences.map(({ toFrameMs }) => toFrameMs))
    rows.push([`${fault.name} (${silences.length})`, ...frames, ...figures(ours), ...verdict(ours, fault.goalMs)])
  }
  printTable(['host', 'to first frame', 'worst', 'our share', 'worst', 'goal', ''], rows)
  console.log(`
Our share: without the model's first token (${FIRST_TOKEN_MS} ms), and where the callee spoke first without its words and
the ${TURN_END_MS} ms by which the model knows that they are over. The carrier's fetch takes no time of its own here:
it asks at once.`)
}

export const handover: Benchmark = {
  name: 'handover',
  title: 'silence when a call leaves its media host, speed 1',
  run,
}

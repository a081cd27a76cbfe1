// How long a callee hears nothing because its media host is gone. In real time; the callee's agent is in the middle of a
// sentence when its host is killed or frozen, so the next word is the agent's. A host that is told to stop lets go between
// two sentences, when the next word may be the callee's: there the time to the successor's stream is what counts.
import { setTimeout as delay } from 'node:timers/promises'

import { readCarrier } from '../devstack/demo/carrier.ts'
import { readmeRequest } from '../devstack/demo/request.ts'
import { storedTurnsOf } from '../src/conversations/conversation.ts'
import type { Conversation } from '../src/conversations/conversation.ts'
import type { LegAccount } from '../src/sandbox/carrier/account.ts'
import type { Benchmark, BenchRun } from './benchmark.ts'
import { placeCall } from './place.ts'
import { createKeys } from './records.ts'
import { withStack } from './stack.ts'
import type { BenchStack } from './stack.ts'
import { median } from './statistics.ts'
import { printTable } from './table.ts'

const NUMBER = '+14155550100'
const SAMPLES = 20
const CALLS_A_ROUND = 10
const LOOK_MS = 10
const TIMEOUTS = JSON.stringify({ drainMs: 100 })
const ROUND_MS = 60_000
/** More than 4 seconds of the introduction are left when so much of it is stored. */
const CHARACTERS = 30

const FAULTS = ['killed', 'deployed', 'frozen'] as const
type Fault = (typeof FAULTS)[number]
const GOALS: Record<Fault, string> = { killed: '< 2 s', frozen: '< 10 s', deployed: '< 300 ms' }

/** In ms from the break: until the successor's stream was open, and until its first frame was heard. */
interface Silence {
  toStreamMs: number
  toFrameMs: number
}

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

const strike = async (stack: BenchStack, fault: Fault, name: string): Promise<void> => {
  const pid = stack.pids[name]
  if (fault === 'killed' || pid === undefined) await stack.kill(name)
  else process.kill(pid, fault === 'frozen' ? 'SIGSTOP' : 'SIGTERM')
}

/** One host of two is struck while its calls' agents are in the middle of a sentence. */
const runRound = async (stack: BenchStack, fault: Fault, signal: AbortSignal): Promise<Silence[]> => {
  const body = { ...(await readmeRequest(stack.sandboxUrl)), to_phone_number: NUMBER }
  const conversations = stack.db.collection<Conversation>('conversations')
  const keys = await createKeys(stack.db, CALLS_A_ROUND)
  const placed = await Promise.all(keys.map(async key => await placeCall(stack.apiUrl, key, body)))
  const talking = await until(signal, async () => {
    const inSentence = (await conversations.find({}).toArray()).filter(isInSentence)
    return inSentence.length >= CALLS_A_ROUND / 2 ? inSentence : null
  })
  const onHost = (name: string) => {
    const port = new URL(stack.mediaUrls[name] ?? '').port
    return talking.filter(({ ready }) => ready !== null && new URL(ready.url).port === port)
  }
  const name = onHost('media').length >= onHost('media-2').length ? 'media' : 'media-2'
  const struck = new Set(onHost(name).map(({ _id }) => _id))
  const before = await legsOf(stack)
  const struckAt = performance.now()
  await strike(stack, fault, name)
  const callOf = (leg: LegAccount) => placed.find(({ id }) => leg.requests.some(({ url }) => url.includes(id)))?.id
  const sids = new Set(before.filter(leg => struck.has(callOf(leg) ?? '')).map(({ sid }) => sid))
  const seen = await watchStreams(stack, sids, struckAt, signal)
  if (fault === 'frozen') await stack.kill(name)
  // The old stream's end by the carrier's account, but a frozen leg's media time stands still until it is moved.
  return seen.map(({ leg, toStreamMs, toFrameMs }) => {
    const [old, next] = leg.streams
    if (fault === 'frozen') return { toStreamMs, toFrameMs }
    const from = old?.closedMs ?? Number.NaN
    return {
      toStreamMs: (next?.openedMs ?? Number.NaN) - from,
      toFrameMs: (next?.firstPlayedMs ?? Number.NaN) - from,
    }
  })
}

/** When each leg had its next stream, and its first frame, by this process's own clock. */
const watchStreams = async (stack: BenchStack, sids: Set<string>, struckAt: number, signal: AbortSignal) => {
  const opened = new Map<string, number>()
  const heard = new Map<string, Silence & { leg: LegAccount }>()
  return await until(signal, async () => {
    const passedMs = performance.now() - struckAt
    for (const leg of await legsOf(stack)) {
      const next = leg.streams[1]
      if (!sids.has(leg.sid) || next === undefined || next.openedMs === null) continue
      const toStreamMs = opened.get(leg.sid) ?? passedMs
      opened.set(leg.sid, toStreamMs)
      if (next.firstPlayedMs !== null && !heard.has(leg.sid))
        heard.set(leg.sid, { leg, toStreamMs, toFrameMs: passedMs })
    }
    return heard.size === sids.size ? [...heard.values()] : null
  })
}

const measure = async (fault: Fault, { quick, signal }: BenchRun): Promise<Silence[]> => {
  const silences: Silence[] = []
  const wanted = quick ? 1 : SAMPLES
  while (silences.length < wanted) {
    const env = { ...process.env, MEDIA_SLOTS: '60', ...(fault === 'deployed' && { TIMEOUTS }) }
    await withStack({ speed: 1, mediaWorkers: 2, env, signal, endsProcesses: true }, async stack => {
      silences.push(...(await runRound(stack, fault, signal)))
    })
    const newest = silences.map(({ toFrameMs, toStreamMs }) => `${toStreamMs.toFixed(0)}/${toFrameMs.toFixed(0)}`)
    console.error(`${fault}, ms to stream/frame: ${newest.join(' ')}`)
  }
  return silences.slice(0, wanted)
}

const run = async (options: BenchRun): Promise<void> => {
  const rows: string[][] = []
  for (const fault of FAULTS) {
    const silences = await measure(fault, options)
    const cells = [silences.map(({ toFrameMs }) => toFrameMs), silences.map(({ toStreamMs }) => toStreamMs)]
    const figures = cells.flatMap(values => [median(values), Math.max(...values)].map(ms => `${ms.toFixed(0)} ms`))
    rows.push([`${fault} (${silences.length})`, GOALS[fault], ...figures])
  }
  printTable(['host', 'goal', 'to first frame', 'worst', 'to its stream', 'worst'], rows)
}

export const handover: Benchmark = {
  name: 'handover',
  title: 'silence when a call leaves its media host, speed 1',
  run,
}

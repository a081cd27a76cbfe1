// Converse: one host's part in one conversation, from an open model session to its end.
// K1  The model session is open before the host offers itself: nothing rings for a model that is not there.
// K2  An end is stored before the socket is closed; `sealed` follows when the last words are stored.
// K3  A stream that stops ends nothing: the carrier says why, through the store.

import { buildBriefing } from '../briefing/briefing.ts'
import type { Briefing } from '../briefing/briefing.ts'
import type { Prompts } from '../briefing/prompts.ts'
import type { Call } from '../calls/call.ts'
import type { CallStore } from '../calls/store.ts'
import type { Detection } from '../conversations/conversation.ts'
import type { ConversationStore } from '../conversations/store.ts'
import { randomText } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { ModelSession, OpenOutcome, SpeechModel } from '../providers/model-session.ts'
import type { Engine } from '../providers/ports.ts'
import type { ConverseInput, ConverseProgress, ConverseResult } from '../../workflows/contract.ts'
import type { Arrivals } from './arrivals.ts'
import { hold } from './hold.ts'
import { openPatiently } from './opening.ts'
import { persist } from './persist.ts'
import type { Watcher } from './watcher.ts'

/** A conversation that cannot be held, here or elsewhere. */
export interface Refusal {
  kind: 'refused'
  code: 'call_not_found' | 'model_unavailable'
  message: string
}

export interface MediaTimeouts {
  modelOpenRetryMs: number
  streamTokenMs: number
  noFrameMs: number
  sealMs: number
}

export interface ConverseDeps {
  host: { id: string; streamsUrl: string }
  calls: Pick<CallStore, 'find'>
  conversations: ConversationStore
  engine: Pick<Engine, 'signalMediaReady' | 'signalHandoverRequested'>
  model: SpeechModel
  prompts: Prompts
  watcher: Watcher
  arrivals: Arrivals
  timeouts: MediaTimeouts
  /** Aborted when this host takes no new streams any more. */
  draining: AbortSignal
  /** Aborted when what this host still holds is to go on elsewhere. */
  leaving: AbortSignal
  /** Is told whenever there is something new to store. */
  onProgress: (progress: ConverseProgress) => void
  metrics: Metrics
  log: Log
}

/** What others decided about a conversation while this host has to do with it. */
export type Fate = 'ended' | 'superseded' | 'released'

/** What all steps of one host's part share. */
export interface Part extends ConverseInput {
  call: Call
  briefing: Briefing
  /** Settled as soon as somebody else decides. */
  fate: Promise<Fate>
  /** The same while the stream has not come: a host that takes no new streams lets go. */
  waiting: Promise<Fate>
  /** Settled once the carrier has said who answered. */
  detection: Promise<Detection>
  /** Settled once the client wants the conversation ended. */
  canceled: Promise<void>
  /** Settled once another host is ready for a later generation. */
  successor: Promise<void>
  /** Aborted when this host's part is over. */
  signal: AbortSignal
  /** Aborted when this host takes no new streams, or not this one. */
  letGo: AbortSignal
  log: Log
}

/** Holds a conversation. A fault of the store is waited out: a next generation would meet the same one. */
export const converse = async (
  deps: ConverseDeps,
  input: ConverseInput,
  released: AbortSignal,
): Promise<ConverseResult | Refusal> => {
  const { callId, generation } = input
  const scope = new AbortController()
  const log = deps.log.child({ call_id: callId, generation, prompts: deps.prompts.version })
  try {
    const letGo = AbortSignal.any([released, deps.draining])
    const found = await persist(() => takePart(deps, input), { signal: letGo, log, what: 'reading the call' })
    if (!found) return { kind: 'never_started' }
    const { call, conversation } = found
    if (!call || !conversation)
      return { kind: 'refused', code: 'call_not_found', message: `there is no call ${callId}` }
    if (conversation.generation >= generation) return { kind: 'superseded' }
    if (conversation.ended) return { kind: 'ended' }
    const briefing = buildBriefing(deps.prompts, { ...call.request, website: call.context })
    const fates = listenToFate(deps, input, released, scope.signal)
    return await prepare(deps, { ...input, ...fates, call, briefing, signal: scope.signal, letGo, log })
  } finally {
    scope.abort()
  }
}

const takePart = async ({ conversations, calls, host }: ConverseDeps, { callId, generation }: ConverseInput) => {
  await conversations.ensure(callId)
  const call = await calls.find(callId)
  return { call, conversation: await conversations.prepare(callId, generation, host.id) }
}

const listenToFate = (
  { watcher, draining }: ConverseDeps,
  { callId, generation }: ConverseInput,
  released: AbortSignal,
  signal: AbortSignal,
): Pick<Part, 'fate' | 'waiting' | 'detection' | 'canceled' | 'successor'> => {
  const fate = Promise.withResolvers<Fate>()
  const waiting = Promise.withResolvers<Fate>()
  const detection = Promise.withResolvers<Detection>()
  const canceled = Promise.withResolvers<void>()
  const successor = Promise.withResolvers<void>()
  void fate.promise.then(waiting.resolve)
  whenAborted(released, () => fate.resolve('released'), signal)
  whenAborted(draining, () => waiting.resolve('released'), signal)
  const unwatch = watcher.watch(callId, state => {
    if (state.detected) detection.resolve(state.detected)
    if (state.cancelRequestedAt) canceled.resolve()
    if ((state.ready?.generation ?? 0) > generation) successor.resolve()
    if (state.generation > generation) fate.resolve('superseded')
    else if (state.ended) fate.resolve('ended')
  })
  whenAborted(signal, unwatch)
  return {
    fate: fate.promise,
    waiting: waiting.promise,
    detection: detection.promise,
    canceled: canceled.promise,
    successor: successor.promise,
  }
}

/** Acts once `cause` is aborted, at once if it is already, and not after `until`. */
const whenAborted = (cause: AbortSignal, act: () => void, until?: AbortSignal): void => {
  if (cause.aborted) act()
  else cause.addEventListener('abort', act, until ? { once: true, signal: until } : { once: true })
}

/** Opens the model session, unless that is no longer wanted. */
const prepare = async (deps: ConverseDeps, part: Part): Promise<ConverseResult | Refusal> => {
  const opening = new AbortController()
  const budgetMs = deps.timeouts.modelOpenRetryMs
  const opened = openPatiently(deps.model, part.briefing.settings, {
    budgetMs,
    signal: opening.signal,
    log: part.log,
  })
  const first = await Promise.race([opened, part.waiting])
  if (typeof first === 'string') {
    opening.abort()
    void opened.then(closeIfOpen)
    return resultOfWaiting(first)
  }
  if (first.kind !== 'opened') return { kind: 'refused', code: 'model_unavailable', message: first.message }
  try {
    return await offer(deps, part, first.session)
  } finally {
    first.session.close()
  }
}

const closeIfOpen = (outcome: OpenOutcome): void => {
  if (outcome.kind === 'opened') outcome.session.close()
}

/** Offers the host for this generation, and waits for its stream. */
const offer = async (deps: ConverseDeps, part: Part, session: ModelSession): Promise<ConverseResult> => {
  const { callId, generation, log } = part
  const token = randomText(32)
  const expiresAt = new Date(Date.now() + deps.timeouts.streamTokenMs)
  const arrival = deps.arrivals.expect(callId, generation)
  try {
    const { id: host, streamsUrl: url } = deps.host
    const ready = { generation, host, url, token, expiresAt, prompts: deps.prompts.version }
    const refusal = await persist(
      async () =>
        (await deps.conversations.setReady(callId, ready)) ? 'none' : await whyNotOffered(deps, part, token),
      { signal: AbortSignal.any([part.signal, part.letGo]), log, what: 'the offer of this host' },
    )
    if (refusal !== 'none') return resultOfWaiting(refusal ?? 'released')
    log.info('ready for the stream')
    const signal = () => deps.engine.signalMediaReady(callId, generation, host)
    void persist(signal, { signal: part.signal, log, what: 'the signal mediaReady' })
    const first = await Promise.race([
      arrival.promise,
      part.waiting,
      after(deps.timeouts.streamTokenMs, part.signal),
    ])
    if (typeof first === 'string') return resultOfWaiting(first)
    if (first === null) return { kind: 'never_started' }
    return await hold(deps, part, session, first)
  } finally {
    arrival.cancel()
  }
}

/** `none`: it was, and only the store's answer was lost. */
const whyNotOffered = async (
  { conversations }: ConverseDeps,
  { callId }: Part,
  token: string,
): Promise<Fate | 'none'> => {
  const state = await conversations.find(callId)
  if (state?.ready?.token === token && !state.ended) return 'none'
  return !state || state.ended || state.sealed ? 'ended' : 'superseded'
}

// A conversation that ended before this host's stream came has no words of ours: it is as good as sealed.
const resultOfWaiting = (fate: Fate): ConverseResult => ({ kind: fate === 'released' ? 'never_started' : fate })

const after = (ms: number, signal: AbortSignal): Promise<null> =>
  new Promise(resolve => {
    const timer = setTimeout(() => resolve(null), ms)
    signal.addEventListener('abort', () => clearTimeout(timer))
  })

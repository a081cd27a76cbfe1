// Hold: the conversation itself, from the stream's start to its end in the store (K2 and K3 of converse.ts).

import { reachedMs, storedTurnsOf } from '../conversations/conversation.ts'
import type { Conversation, EndReason } from '../conversations/conversation.ts'
import type { ModelSession } from '../providers/model-session.ts'
import type { ConverseResult } from '../../workflows/contract.ts'
import type { Arrival } from './arrivals.ts'
import { startBridge } from './bridge.ts'
import type { Bridge, BridgeOutcome } from './bridge.ts'
import type { ConverseDeps, Fate, Part } from './converse.ts'
import type { Leg } from './leg.ts'
import { handOverWhenLeaving } from './handover.ts'
import { openPatiently } from './opening.ts'
import { persist } from './persist.ts'
import { createRecorder } from './recorder.ts'
import type { Recorder } from './recorder.ts'

/** Words that are still being transcribed when the conversation ends are waited for this long. */
const LAST_WORDS_MS = 2_000
/** A callee does not wait longer than this for a model that was lost. */
const REOPEN_MS = 10_000
/** A host that gives a conversation up stores what it heard, but not for ever. */
const LAST_WRITES_MS = 5_000

const NORMAL = 1000
const GOING_AWAY = 1001

/** A conversation whose stream has come. */
interface Held {
  deps: ConverseDeps
  part: Part
  leg: Leg
  bridge: Bridge
  recorder: Recorder
}

/** Carries the conversation to its end, or until it goes on elsewhere. */
export const hold = async (
  deps: ConverseDeps,
  part: Part,
  session: ModelSession,
  { leg, conversation }: Arrival,
): Promise<ConverseResult> => {
  const { callId, generation, log, signal } = part
  log.info('the stream has started')
  if (generation > 1) deps.metrics.handovers.inc()
  const recorder = createRecorder({
    conversations: deps.conversations,
    callId,
    generation,
    log,
    signal,
    onFenced: () => bridge.stop('superseded'),
  })
  const settings = part.briefing.settings
  const bridge = startBridge({
    leg,
    session,
    reopen: async () => {
      const opened = await openPatiently(deps.model, settings, { budgetMs: REOPEN_MS, signal, log })
      deps.metrics.modelReconnects.inc({ result: opened.kind })
      return opened.kind === 'opened' ? opened.session : null
    },
    items: part.briefing.items,
    directives: part.briefing.directives,
    earlier: storedTurnsOf(conversation),
    baseIndex: closeEarlierTurns(conversation, recorder),
    baseMediaMs: reachedMs(conversation),
    isWhole: conversation.released === conversation.generation,
    maxDurationMs: part.call.request.maxDurationSeconds * 1000,
    noFrameMs: deps.timeouts.noFrameMs,
    put: (index, turn, mediaMs) => {
      deps.onProgress({ turns: index + 1, mediaMs })
      recorder.put(index, turn, mediaMs)
    },
    doNotCall: recorder.noteDoNotCall,
    metrics: deps.metrics,
    log,
  })
  void part.fate.then(bridge.stop)
  void part.detection.then(bridge.detected)
  void part.canceled.then(bridge.sayGoodbye)
  handOverWhenLeaving(deps, part, bridge)
  const held = { deps, part, leg, bridge, recorder }
  const outcome = await bridge.outcome
  log.info({ outcome, media_ms: bridge.mediaMs() }, 'the stream is over')
  return await conclude(held, outcome).finally(() => leg.close(GOING_AWAY, 'over'))
}

/** A turn that another host was still hearing has no end any more. Returns the number of the next turn. */
const closeEarlierTurns = ({ turns, mediaMs }: Conversation, recorder: Recorder): number => {
  const numbered = Object.entries(turns).map(([key, turn]) => ({ index: Number(key), turn }))
  for (const { index, turn } of numbered)
    if (!turn.final) recorder.put(index, { ...turn, interrupted: true, final: true }, mediaMs)
  return Math.max(-1, ...numbered.map(({ index }) => index)) + 1
}

const conclude = (held: Held, outcome: BridgeOutcome): Promise<ConverseResult> => {
  switch (outcome.kind) {
    case 'ending':
      return endByHost(held, outcome.reason)
    case 'leg_stopped':
      return awaitFate(held)
    case 'leg_silent':
      return giveUp(held, 'lost')
    case 'told':
      if (outcome.by === 'ended') return seal(held)
      return outcome.by === 'released' ? letGo(held) : giveUp(held, 'superseded')
    case 'let_go':
      return letGo(held, true)
  }
}

const endByHost = async (held: Held, reason: EndReason): Promise<ConverseResult> => {
  const { callId, generation, signal, log } = held.part
  const { conversations } = held.deps
  await held.recorder.flush()
  const end = () => conversations.endByHost(callId, generation, { by: 'host', reason, at: new Date() })
  const isEnded = await persist(end, { signal, log, what: 'the end' })
  if (isEnded) return await seal(held)
  // Ended by somebody else a moment ago, held by another host, or being taken away from this one.
  const state = await persist(() => conversations.find(callId), {
    signal,
    log,
    what: 'a look at the conversation',
  })
  if (state?.generation !== generation) return await giveUp(held, 'superseded')
  return state.ended ? await seal(held) : await giveUp(held, 'lost')
}

/** The stream has stopped, and nothing tells why: the carrier's word on the leg comes by the store. */
const awaitFate = async (held: Held): Promise<ConverseResult> => {
  const limit = Promise.withResolvers<null>()
  const timer = setTimeout(() => limit.resolve(null), held.deps.timeouts.sealMs)
  const fate: Fate | null = await Promise.race([held.part.fate, limit.promise])
  clearTimeout(timer)
  if (fate === 'ended') return await seal(held)
  return await giveUp(held, fate === 'superseded' ? 'superseded' : 'lost')
}

/** The conversation is over: the socket is closed, the last words are stored, and nothing after them. */
const seal = async ({ deps, part, leg, bridge, recorder }: Held): Promise<ConverseResult> => {
  const { callId, generation, signal, log } = part
  leg.close(NORMAL, 'the conversation is over')
  await bridge.settle(LAST_WORDS_MS)
  await recorder.flush()
  const facts = { mediaMs: Math.round(bridge.mediaMs()), answeredBy: bridge.answeredBy() }
  await persist(() => deps.conversations.seal(callId, generation, new Date(), facts), {
    signal,
    log,
    what: 'the seal',
  })
  return { kind: 'ended' }
}

/** The conversation goes on elsewhere: whoever takes over finds everything that was said here. */
const letGo = async (held: Held, isWhole = false): Promise<ConverseResult> => {
  const { leg, bridge, recorder } = held
  await bridge.settle(0)
  await within(LAST_WRITES_MS, isWhole ? release(held) : recorder.flush())
  leg.close(GOING_AWAY, 'handed over')
  return { kind: 'lost' }
}

/** The conversation goes on elsewhere, or nowhere: the carrier asks what to do as soon as the socket is closed. */
const giveUp = async (held: Held, kind: 'lost' | 'superseded'): Promise<ConverseResult> => {
  held.leg.close(GOING_AWAY, kind)
  await held.bridge.settle(kind === 'lost' ? LAST_WORDS_MS : 0)
  await within(LAST_WRITES_MS, held.recorder.flush())
  return { kind }
}

const release = async ({ deps, part, recorder }: Held): Promise<void> => {
  const { callId, generation, signal, log } = part
  await recorder.flush()
  await persist(() => deps.conversations.release(callId, generation), { signal, log, what: 'the release' })
}

const within = async (limitMs: number, work: Promise<void>): Promise<void> => {
  const limit = Promise.withResolvers<void>()
  const timer = setTimeout(limit.resolve, limitMs)
  await Promise.race([work, limit.promise])
  clearTimeout(timer)
}

// Bridge: one phone leg and one agent, tied together for one call.
// B1  Audio passes through as base64; nothing here decodes a frame.
// B2  What the callee has heard is known from marks alone, never from the clock.
// B3  Every end is a BridgeOutcome; an exception that leaves this file is a bug.
// B4  Time is media time, which advances with the carrier's frames. The one wall clock is the watchdog: a leg
//     without a frame is lost.
// B5  A goodbye is heard to its end before the leg is closed, and then a moment is left for the callee to speak.
// B6  A goodbye is never said over the callee: whoever speaks before it or into it is answered first.
// B7  But for a client that canceled: it is one sentence, after a moment for who is speaking, and nothing calls it off.

import type { Directives } from '../briefing/prompts.ts'
import type { Detection, EndReason, StoredTurn } from '../conversations/conversation.ts'
import { createAgent } from './agent.ts'
import type { NextWord } from './agent-events.ts'
import { createAnswering } from './answering.ts'
import type { AgentDeps } from './agent.ts'
import { createCalleeKeys } from './callee-keys.ts'
import { bytesOf } from './frames.ts'
import type { Leg, LegEvent } from './leg.ts'
import { createLimits } from './limits.ts'
import type { LimitAction } from './limits.ts'
import { msOf } from './playback.ts'

const STORE_EVERY_MS = 1_000
/** A goodbye that is not over after this much media time is not waited for. */
const GOODBYE_MS = 15_000
/** Nobody has spoken, and the model is not about to: long enough to notice somebody who had just begun. */
const QUIET_MS = 300
/** Somebody who goes on talking when the time is over is listened to for this long. Less than the carrier's margin. */
const OVERTIME_MS = 30_000
/** Somebody who is speaking when the client cancels is listened to for this long. */
const CANCELED_MS = 4_000

/** Why the bridge no longer carries anything. */
export type BridgeOutcome =
  /** Our side ends the conversation. */
  | { kind: 'ending'; reason: EndReason }
  /** The carrier stopped the stream or its socket closed: what that means, the carrier will say. */
  | { kind: 'leg_stopped' }
  /** The leg is open and carries nothing. */
  | { kind: 'leg_silent' }
  /** Somebody else decided. */
  | { kind: 'told'; by: 'ended' | 'superseded' | 'released' }
  /** Everybody had finished, and another host goes on. */
  | { kind: 'let_go' }

export interface BridgeDeps extends Omit<AgentDeps, 'leg' | 'mediaMs' | 'on'> {
  leg: Leg
  directives: Directives
  /** Media time before this leg began. */
  baseMediaMs: number
  /** The host before let go between two sentences: no word is lost. */
  isWhole: boolean
  maxDurationMs: number
  noFrameMs: number
  put: (index: number, turn: StoredTurn, mediaMs: number) => void
  /** The callee does not want to be called again. */
  doNotCall: () => void
}

export type Bridge = ReturnType<typeof startBridge>

/** Starts to carry audio at once. */
export const startBridge = (deps: BridgeDeps) => {
  const { leg, directives, log } = deps
  const isContinued = deps.earlier.length > 0
  const limits = createLimits(deps.maxDurationMs, deps.baseMediaMs, isContinued)
  const end = Promise.withResolvers<BridgeOutcome>()
  const settled = Promise.withResolvers<void>()
  let mediaMs = deps.baseMediaMs
  let storedAtMs = mediaMs
  let busyAtMs = mediaMs
  let isOver = false
  let closing: { reason: EndReason; untilMs: number } | null = null
  let canceledAtMs: number | null = null
  let leaveByMs: number | null = null

  const finish = (outcome: BridgeOutcome): void => {
    if (isOver) return
    isOver = true
    clearTimeout(watchdog)
    agent.stop()
    store()
    end.resolve(outcome)
  }

  const store = (): void => {
    storedAtMs = mediaMs
    for (const { index, turn } of agent.takeWrites()) deps.put(index, turn, mediaMs)
    if (isOver && !agent.isAwaitingCallee()) settled.resolve()
  }

  const startClosing = (reason: EndReason): void => {
    closing ??= { reason: canceledAtMs === null ? reason : 'canceled', untilMs: mediaMs + GOODBYE_MS }
  }

  const isQuiet = (): boolean => mediaMs - busyAtMs >= QUIET_MS

  const finishClosing = (): void => {
    if (!closing || isOver) return
    if (isQuiet() || (mediaMs >= closing.untilMs && !agent.isSpeaking()))
      finish({ kind: 'ending', reason: closing.reason })
  }

  /** Between two sentences, if there is such a moment in time; a goodbye is said to its end. */
  const leave = (): void => {
    if (leaveByMs === null || closing || canceledAtMs !== null) return
    const isGap = isQuiet() && !agent.isAwaitingCallee()
    if (isGap) finish({ kind: 'let_go' })
    else if (mediaMs >= leaveByMs) finish({ kind: 'told', by: 'released' })
  }

  /** Asks for the goodbye when everybody has finished. */
  const endForLength = (): void => {
    if (mediaMs >= deps.maxDurationMs + OVERTIME_MS) return finish({ kind: 'ending', reason: 'max_duration' })
    if (closing || !isQuiet()) return
    startClosing('max_duration')
    busyAtMs = mediaMs
    agent.respond(directives.say_goodbye)
  }

  /** From now on the agent answers nobody; a goodbye that it is saying already is its last (B7). */
  const cancel = (): void => {
    if (isOver || canceledAtMs !== null) return
    canceledAtMs = mediaMs
    // There is nobody yet to say goodbye to.
    if (answering.isWaiting()) return finish({ kind: 'ending', reason: 'canceled' })
    agent.takeTurns(false)
    if (closing) closing.reason = 'canceled'
  }

  /** Asks for the goodbye of a canceled call as soon as it can be said. */
  const endForClient = (sinceMs: number): void => {
    if (closing || agent.isResponding() || agent.isSpeaking()) return
    if (agent.isCalleeSpeaking() && mediaMs - sinceMs < CANCELED_MS) return
    startClosing('canceled')
    busyAtMs = mediaMs
    agent.respond(directives.say_goodbye)
  }

  const agent = createAgent({
    ...deps,
    mediaMs: () => mediaMs,
    on: {
      turnsChanged: () => store(),
      calleeSpoke: () => {
        closing = null
        agent.refuseEndCall()
      },
      endCalled: () => (agent.isCalleeSpeaking() ? agent.refuseEndCall() : startClosing('agent_ended')),
      waitsForBeep: () => answering.waitForBeep(),
      found: who => answering.found(who),
      doNotCall: deps.doNotCall,
      resumed: next => {
        if (canceledAtMs !== null) {
          closing = null
          agent.takeTurns(false)
        } else if (!answering.resume()) goOn(next)
      },
      lost: () => finish({ kind: 'ending', reason: 'model_lost' }),
    },
  })

  const answering = createAnswering({
    directives,
    takeTurns: agent.takeTurns,
    respond: agent.respond,
    note: agent.note,
    hasCalleeSpoken: agent.hasCalleeSpoken,
    leaving: () => startClosing('agent_ended'),
    fax: () => startClosing('fax'),
    log,
  })
  const calleeKeys = createCalleeKeys()

  /** After a break whoever has the next word is given it; lost words are asked for when nobody is speaking. */
  const goOn = (next: NextWord): void => {
    if (next === 'nobody') limits.resume(mediaMs)
    if (next === 'callee_again') limits.resume(mediaMs, QUIET_MS)
    if (next === 'agent') agent.respond('')
    if (next === 'agent_again') agent.respond(directives.go_on)
  }

  /** The phone was away, too: a callee who has the word may have spoken to nobody. */
  const takeOver = (): void => {
    const next = agent.nextWord()
    if (next === 'callee' && !deps.isWhole) limits.resume(mediaMs)
    else goOn(next)
  }

  const act = (action: LimitAction): void => {
    switch (action) {
      case 'speak_first':
        return agent.respond(agent.nextWord() === 'nobody' ? directives.speak_first : directives.continue)
      case 'ask_if_there':
        return agent.respond(directives.ask_if_there)
      case 'end_silence':
        return finish({ kind: 'ending', reason: 'silence' })
      case 'end_duration':
        return endForLength()
    }
  }

  const onFrame = ({ payload, timestampMs }: Extract<LegEvent, { kind: 'media' }>): void => {
    watchdog.refresh()
    mediaMs = Math.max(mediaMs, deps.baseMediaMs + timestampMs + msOf(bytesOf(payload)))
    agent.hear(payload)
    answering.hear(payload, msOf(bytesOf(payload)), agent.isCalleeSpeaking())
    const keys = calleeKeys.tick(mediaMs)
    if (keys) agent.hearKeys(keys)
    // Once the goodbye is being said, a callee who is answered has called it off (B6), and one who is not does not count.
    const isCalleeBusy = agent.isCalleeSpeaking() && !closing
    if (agent.isResponding() || agent.isSpeaking() || isCalleeBusy) busyAtMs = mediaMs
    const action = limits.tick({
      mediaMs,
      // Who waits for a beep has its own limit.
      isCalleeSpeaking: agent.isCalleeSpeaking() || answering.isWaiting(),
      isAgentSpeaking: agent.isSpeaking(),
    })
    if (canceledAtMs !== null) endForClient(canceledAtMs)
    else if (action) act(action)
    finishClosing()
    leave()
    if (mediaMs - storedAtMs >= STORE_EVERY_MS) store()
  }

  const onLeg = (event: LegEvent): void => {
    // Until its socket is closed the carrier goes on playing what it has.
    if (isOver && event.kind !== 'mark') return
    switch (event.kind) {
      case 'media':
        return onFrame(event)
      case 'mark':
        return agent.onMark(event.name)
      case 'dtmf':
        return calleeKeys.press(event.digit, mediaMs)
      case 'stop':
      case 'closed':
        return finish({ kind: 'leg_stopped' })
    }
  }

  const watchdog = setTimeout(() => finish({ kind: 'leg_silent' }), deps.noFrameMs)
  agent.start()
  if (isContinued) takeOver()
  leg.listen(onLeg)

  return {
    outcome: end.promise,
    mediaMs: (): number => mediaMs,
    /** The carrier's word on who answered. */
    detected: (detection: Detection): void => (isOver ? undefined : answering.detected(detection)),
    /** Who answered, as far as it was heard; `null`: only the carrier knows. */
    answeredBy: answering.answeredBy,
    /** The client wants the conversation ended: the agent says goodbye, then the bridge ends by itself. */
    sayGoodbye: cancel,
    /** Ends the bridge as soon as nobody is speaking, at the latest after `withinMs` of media time. */
    letGo: (withinMs: number): void => {
      leaveByMs ??= mediaMs + withinMs
    },
    /** Ends the bridge from outside; the first end counts. */
    stop: (by: 'ended' | 'superseded' | 'released'): void => finish({ kind: 'told', by }),

    /** Waits up to `limitMs` for what the callee said last, then closes the session. */
    settle: async (limitMs: number): Promise<void> => {
      const limit = setTimeout(settled.resolve, limitMs)
      if (agent.isAwaitingCallee()) await settled.promise
      clearTimeout(limit)
      agent.close()
      store()
    },
  }
}

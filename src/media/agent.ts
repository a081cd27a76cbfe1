// Agent: the model's side of a bridge. What it says is played, cut when the callee speaks, and written down.
// A1  Barge-in: first the carrier forgets what it has not played, then the model what was not heard, then late audio
//     of what was cut is dropped.
// A2  A session that is lost is replaced (sessions.ts), and the phone does not notice: what was sent is played, and
//     what the callee said in between is heard.
// A3  Items of different sessions never meet: their ids carry the number of the session.

import type { Turn } from '../calls/call.ts'
import type { StoredTurn } from '../conversations/conversation.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { earlierItem } from '../briefing/briefing.ts'
import type { SessionItem } from '../briefing/briefing.ts'
import type { ModelEvent, ModelSession } from '../providers/model-session.ts'
import { nextWordAfter } from './agent-events.ts'
import type { AgentEvents, NextWord } from './agent-events.ts'
import { bytesOf } from './frames.ts'
import type { Leg } from './leg.ts'
import { createPlayback, msOf } from './playback.ts'
import { tonesOf } from './tones.ts'
import { createSessions } from './sessions.ts'
import { createToolCalls } from './tool-calls.ts'
import { createTurns, pressed } from './turns.ts'
import type { TurnWrite } from './turns.ts'
import { createWholeFrames } from './whole-frames.ts'

/** A mark may be this late, in media time, before the carrier is taken to have lost it. */
const LATE_MARK_MS = 2_000

export interface AgentDeps {
  leg: Pick<Leg, 'play' | 'clear'>
  session: ModelSession
  /** Opens another session; `null` if that is not possible. */
  reopen: () => Promise<ModelSession | null>
  /** Put before the model in writing, ahead of what was said. */
  items: SessionItem[]
  /** What was said before this leg began, and the number of its first turn. */
  earlier: StoredTurn[]
  baseIndex: number
  /** Media time now. */
  mediaMs: () => number
  on: AgentEvents
  metrics: Metrics
  log: Log
}

export type Agent = ReturnType<typeof createAgent>

export const createAgent = (deps: AgentDeps) => {
  const { leg, mediaMs, on, metrics, log } = deps
  const playback = createPlayback()
  const frames = createWholeFrames()
  const turns = createTurns(deps.baseIndex, playback.progressOf)
  let isCalleeSpeaking = false
  let endCallId: string | null = null
  let playsUntilMs = 0
  let isStopped = false
  /** Items of the callee's that the present session has to hear again, oldest first. */
  let unwritten: string[] = []
  let pressedItem = ''
  let calleePresses = 0
  const items = [...deps.items]
  let isFirstAudio = deps.baseIndex === 0

  const key = (itemId: string): string => `${sessions.number()}/${itemId}`

  /** The callee has begun to speak, at that media time. */
  const interrupt = (sinceMs: number): void => {
    // Keys are pressed to the end: a menu that hears half of them hears others.
    if (playback.progressOf(pressedItem)?.isHeard === false && mediaMs() <= playsUntilMs) return
    frames.drop()
    const cut = playback.clear()
    if (cut.length === 0) return
    leg.clear()
    metrics.bargeInToClearSeconds.observe(Math.max(0, mediaMs() - sinceMs) / 1000)
    playsUntilMs = mediaMs()
    for (const { itemId, contentIndex, heardMs, hasAudio } of cut) {
      const [number, ...id] = itemId.split('/')
      if (hasAudio && number === String(sessions.number()))
        sessions.current()?.truncate(id.join('/'), contentIndex, heardMs)
    }
    log.debug({ cut: cut.length }, 'the callee interrupted the agent')
    on.turnsChanged()
  }

  const send = (itemId: string, contentIndex: number, payload: string): void => {
    const bytes = bytesOf(payload)
    if (bytes === 0) return
    turns.begin(itemId, 'agent', mediaMs() + playback.pendingMs())
    const mark = playback.add(itemId, contentIndex, bytes)
    if (mark === null || isStopped) return
    leg.play(payload, mark)
    if (isFirstAudio) metrics.answerToFirstAudioSeconds.observe(mediaMs() / 1000)
    isFirstAudio = false
    playsUntilMs = Math.max(playsUntilMs, mediaMs()) + msOf(bytes)
  }

  const play = (itemId: string, contentIndex: number, payload: string): void => {
    // Late audio of what was cut only counts: nothing of it may wait for a frame to be full.
    if (playback.progressOf(itemId)?.isCut) playback.add(itemId, contentIndex, bytesOf(payload))
    else send(itemId, contentIndex, frames.push(payload, bytesOf(payload)))
  }

  const finishAudio = (itemId: string): void => {
    send(itemId, 0, frames.flush())
    playback.finish(itemId)
  }

  const finishText = (itemId: string, role: Turn['role'], text: string | null): void => {
    turns.finishText(key(itemId), role, text)
    on.turnsChanged()
  }

  const finishResponse = (event: Extract<ModelEvent, { kind: 'response_done' }>): void => {
    for (const itemId of event.itemIds) {
      finishAudio(key(itemId))
      turns.finishText(key(itemId), 'agent', null)
    }
    on.turnsChanged()
  }

  const tools = createToolCalls({
    session: () => sessions.current(),
    isCalleeSpeaking: () => isCalleeSpeaking,
    press: (itemId, keys) => {
      pressedItem = key(itemId)
      turns.press(pressedItem, 'agent', keys)
      send(pressedItem, 0, tonesOf(keys))
      playback.finish(pressedItem)
      on.turnsChanged()
    },
    endCall: callId => {
      endCallId = callId
      on.endCalled()
    },
    waitForBeep: on.waitsForBeep,
    found: on.found,
    doNotCall: on.doNotCall,
    log,
  })

  const onSpeech = (event: Extract<ModelEvent, { kind: 'speech_started' }>): void => {
    isCalleeSpeaking = true
    if (!sessions.isRepeated(event.startMs)) unwritten = []
    const lost = unwritten.shift()
    if (lost !== undefined) turns.hearAgain(lost, key(event.itemId))
    // The model counts what was appended, which is less than media time when frames were missed.
    const sinceMs = event.startMs + mediaMs() - sessions.appendedMs()
    turns.begin(key(event.itemId), 'callee', sinceMs)
    if (isStopped) sessions.current()?.commitAudio()
    // Nobody speaks into the agent with what was said before.
    if (!sessions.takesTurns() || lost !== undefined) return
    interrupt(sinceMs)
    on.calleeSpoke()
  }

  const onEvent = (event: ModelEvent): void => {
    switch (event.kind) {
      case 'speech_started':
        return onSpeech(event)
      case 'speech_stopped':
        isCalleeSpeaking = false
        return
      case 'item_placed':
        if (event.role === 'agent') playback.begin(key(event.itemId))
        return turns.place(key(event.itemId), event.previousId === null ? null : key(event.previousId), event.role)
      case 'callee_text':
        return turns.addText(key(event.itemId), 'callee', event.delta)
      case 'callee_text_done':
        return finishText(event.itemId, 'callee', event.text)
      case 'agent_audio':
        return play(key(event.itemId), event.contentIndex, event.payload)
      case 'agent_audio_done':
        finishAudio(key(event.itemId))
        return on.turnsChanged()
      case 'agent_text':
        return turns.addText(key(event.itemId), 'agent', event.delta)
      case 'agent_text_done':
        return finishText(event.itemId, 'agent', event.text)
      case 'tool_called':
        return tools.call(event)
      case 'response_done':
        return finishResponse(event)
      case 'closed':
        return undefined
    }
  }

  const onLost = (itemIds: string[]): void => {
    unwritten = [...unwritten, ...itemIds.map(key)]
    isCalleeSpeaking = false
    tools.forget()
    frames.drop()
    turns.breakOff()
    playback.finishAll()
    on.turnsChanged()
  }

  const nextWord = (): NextWord =>
    unwritten.length > 0 ? 'model' : nextWordAfter(turns.spoken().at(-1) ?? deps.earlier.at(-1))

  const sessions = createSessions({
    reopen: deps.reopen,
    brief: next => {
      for (const item of items) next.addItem(item)
      for (const turn of [...deps.earlier, ...turns.spoken()]) next.addItem(earlierItem(turn))
    },
    onEvent,
    onLost,
    onResumed: () => on.resumed(nextWord()),
    onNone: on.lost,
    log,
  })

  return {
    start: (): void => sessions.start(deps.session),

    /** The callee's side, one frame. */
    hear: (payload: string): void => {
      sessions.hear(payload)
      tools.tick(msOf(bytesOf(payload)))
    },

    /** A mark came back from the carrier. */
    onMark: (mark: string): void => {
      const moved = playback.heard(mark)
      if (moved.some(itemId => playback.progressOf(itemId)?.isHeard)) on.turnsChanged()
    },

    /** Whose word it is where a host or a session has taken over. */
    nextWord,

    respond: (directive: string): void => sessions.current()?.respond(directive),

    /** Tells the model something that nobody said. */
    note: (text: string): void => {
      items.push({ role: 'system', text })
      sessions.current()?.addItem({ role: 'system', text })
    },

    /** Whether the agent answers, and stops, by itself when the callee speaks. */
    takeTurns: sessions.takeTurns,

    /** The callee pressed keys, which say something as words do. */
    hearKeys: (keys: string): void => {
      const itemId = `keys_${++calleePresses}`
      turns.begin(key(itemId), 'callee', mediaMs())
      turns.press(key(itemId), 'callee', keys)
      sessions.current()?.addItem({ role: 'callee', text: pressed(keys) }, itemId)
      sessions.current()?.respond()
      on.turnsChanged()
    },

    hasCalleeSpoken: (): boolean => turns.spoken().some(({ role }) => role === 'callee'),

    isCalleeSpeaking: (): boolean => isCalleeSpeaking,

    isSpeaking: (): boolean => !playback.isIdle() && mediaMs() <= playsUntilMs + LATE_MARK_MS,

    isResponding: (): boolean => sessions.current()?.isResponding() ?? false,

    /** The call goes on although the agent called the tool. */
    refuseEndCall: (): void => {
      if (endCallId !== null)
        sessions.current()?.answerTool(endCallId, 'The call goes on: the callee is speaking.')
      endCallId = null
    },

    takeWrites: (): TurnWrite[] => turns.takeWrites(),

    /** Whether words of the callee's are still to come. */
    isAwaitingCallee: (): boolean => sessions.current() !== null && turns.isAwaitingCallee(),

    /** The leg is over: nothing is played any more. What the callee is saying is taken as said. */
    stop: (): void => {
      if (isStopped) return
      isStopped = true
      sessions.stop()
      if (isCalleeSpeaking) sessions.current()?.commitAudio()
    },

    /** Nothing more is awaited: every turn stays as it is. */
    close: (): void => {
      isStopped = true
      turns.end()
      sessions.close()
    },
  }
}

// Sessions: the model sessions of one conversation, one after the other.
// O1  Events of a session that was replaced do not count; its items never meet those of another.
// O2  A session that drops, ends, says nothing or only fails is replaced. The next one is told what was said, and hears
//     what nobody has written down yet.
// O3  Sessions that are lost one after the other, without a response between, are an end.

import type { Log } from '../log.ts'
import type { ModelEvent, ModelSession } from '../providers/model-session.ts'
import { bytesOf } from './frames.ts'
import { createKeptAudio } from './kept-audio.ts'
import { createPatience } from './patience.ts'
import { msOf } from './playback.ts'

/** After these the model owes nothing, or has begun to give it. */
const GIVEN = new Set<ModelEvent['kind']>([
  'speech_started',
  'agent_audio',
  'agent_text',
  'tool_called',
  'response_done',
])
const MAX_LOSSES = 4
const MAX_FAILED_RESPONSES = 3
/** Before a response that failed is asked for again; the second time twice as long. */
const RETRY_MS = 1_000

export interface SessionsDeps {
  /** Opens another session; `null` if that is not possible. */
  reopen: () => Promise<ModelSession | null>
  /** Tells a new session all that it has to know. */
  brief: (session: ModelSession) => void
  onEvent: (event: ModelEvent) => void
  /** The session is gone. `unwritten` are the callee's items whose words were not known. */
  onLost: (unwritten: string[]) => void
  /** The next session is there. */
  onResumed: () => void
  /** None can be had any more. */
  onNone: () => void
  log: Log
}

export type Sessions = ReturnType<typeof createSessions>

export const createSessions = (deps: SessionsDeps) => {
  const kept = createKeptAudio()
  const patience = createPatience()
  let session: ModelSession | null = null
  let number = 0
  let losses = 0
  let failures = 0
  let retryInMs = 0
  let appendedMs = 0
  let repeatedMs = 0
  let takesTurns = true
  let isStopped = false

  const append = (payload: string): void => {
    appendedMs += msOf(bytesOf(payload))
    session?.appendAudio(payload)
  }

  const attach = (next: ModelSession): void => {
    session = next
    number++
    failures = 0
    retryInMs = 0
    appendedMs = 0
    patience.settle()
    deps.brief(next)
    if (!takesTurns) next.takeTurns(false)
    const mine = number
    next.listen(event => (mine === number && session === next ? onEvent(event) : undefined))
    for (const payload of kept.restart()) append(payload)
    repeatedMs = appendedMs
  }

  const lose = (problem: string): void => {
    const last = session
    session = null
    last?.close()
    const unwritten = kept.lose()
    deps.onLost(unwritten)
    if (isStopped) return
    deps.log.warn({ problem, session: number }, 'the model session was lost')
    void replace()
  }

  const replace = async (): Promise<void> => {
    const next = ++losses < MAX_LOSSES ? await deps.reopen() : null
    if (isStopped) return next?.close()
    if (!next) return deps.onNone()
    attach(next)
    deps.onResumed()
  }

  const onResponseDone = (status: 'completed' | 'canceled' | 'failed'): void => {
    if (status === 'completed') losses = 0
    failures = status === 'failed' ? failures + 1 : 0
    if (failures >= MAX_FAILED_RESPONSES) lose('its responses fail')
    else retryInMs = failures * RETRY_MS
  }

  const onEvent = (event: ModelEvent): void => {
    note(event)
    deps.onEvent(event)
    if (event.kind === 'response_done') onResponseDone(event.status)
    if (event.kind === 'closed') lose(event.message)
  }

  const note = (event: ModelEvent): void => {
    if (GIVEN.has(event.kind)) patience.settle()
    if (event.kind === 'speech_started') kept.started(event.itemId, event.startMs)
    if (event.kind === 'callee_text_done') kept.known(event.itemId)
    if (event.kind !== 'speech_stopped') return
    kept.stopped()
    if (takesTurns) patience.expect()
  }

  return {
    start: attach,

    current: (): ModelSession | null => session,

    /** Which session it is, from 1. */
    number: (): number => number,

    /** ms of audio that the present session was given. */
    appendedMs: (): number => appendedMs,

    /** Whether what began there was said before this session: it only hears it again. */
    isRepeated: (startMs: number): boolean => startMs < repeatedMs,

    /** The callee's side, one frame. */
    hear: (payload: string): void => {
      const ms = msOf(bytesOf(payload))
      kept.push(payload, ms)
      if (!session) return
      append(payload)
      if (retryInMs > 0 && (retryInMs -= ms) <= 0) session.respond()
      if (patience.tick(ms, session.isResponding())) lose('nothing came for too long')
    },

    /** Whether the model answers, and stops, by itself; also in sessions to come. */
    takeTurns: (isOn: boolean): void => {
      takesTurns = isOn
      session?.takeTurns(isOn)
    },

    takesTurns: (): boolean => takesTurns,

    /** No session is replaced any more. */
    stop: (): void => {
      isStopped = true
    },

    close: (): void => {
      isStopped = true
      const last = session
      session = null
      last?.close()
    },
  }
}

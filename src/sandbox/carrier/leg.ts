// One call from the dial to its end. Ringing, talk and limits run in media time, requests in wall time.
// G1  A status is entered once, in order, and told to the status callback at that moment; after an end, nothing is.
// G2  When our side closes a media stream the next verb runs, whatever the close code, as documented. What follows a
//     socket that breaks off, without a closing handshake (1006), is not: the next verb too, or the end of the call,
//     as the scenario has it.
import type { Log } from '../../log.ts'
import type { SandboxMetrics } from '../metrics.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { Ears } from '../voice/ears.ts'
import type { LegAccount, StreamAccount } from './account.ts'
import { detectMachine } from './detection.ts'
import { ENDED } from './call.ts'
import type { Call, CallStatus } from './call.ts'
import type { CallUpdate } from './call-parameters.ts'
import { connectStream } from './connection.ts'
import { invalidState } from './errors.ts'
import { createDeliveries } from './disorder.ts'
import { createExecution } from './execution.ts'
import type { Execution } from './execution.ts'
import { getVerbs } from './instructions.ts'
import type { Send } from './outbound.ts'
import { startPhoneLine } from './phone-line.ts'
import type { PhoneLine } from './phone-line.ts'
import { callForm, progressForm } from './progress.ts'
import { createReporting } from './reporting.ts'
import type { Reporting } from './reporting.ts'

export interface Leg {
  call: Call
  scenario: Scenario
  account: () => LegAccount
  /** The first status callback was answered, or could not be delivered. */
  told: Promise<void>
  /** Changes the call as POST Calls/{sid}.json does. Throws a CarrierError where its state does not allow it. */
  update: (change: CallUpdate) => void
  /** Ends it and its requests without a word, because the sandbox stops. */
  stop: () => void
}

export interface LegOptions {
  call: Call
  scenario: Scenario
  authToken: string
  speed: number
  ears: Ears
  send: Send
  metrics: SandboxMetrics
  log: Log
}

/** What the steps of a call share. */
interface Life {
  call: Call
  scenario: Scenario
  line: PhoneLine
  reporting: Reporting
  execution: Execution
  over: AbortSignal
  enter: (status: CallStatus) => void
  finish: (status: CallStatus) => void
}

const QUEUE_MS = 100
const CONNECT_MS = 400
const BROKEN_OFF = 1006

/** Dials. */
export const startLeg = (options: LegOptions): Leg => {
  const { call, scenario, authToken, speed, ears, send, metrics } = options
  const log = options.log.child({ leg: call.sid })
  const { trouble } = scenario.carrier
  const over = new AbortController()
  const statuses: LegAccount['statuses'] = []
  const streams: StreamAccount[] = []
  const announcements: string[] = []
  let sequenceNumber = 0
  const line = startPhoneLine({
    speed,
    ears,
    callee: scenario.callee,
    onHangUp: () => finish('completed'),
    onTick: nowMs => {
      if (nowMs >= call.parameters.timeLimitSeconds * 1000) finish('completed')
    },
  })
  const reporting = createReporting(send, line.nowMs, log)
  const deliveries = createDeliveries(trouble?.callbacks)
  const told = Promise.withResolvers<void>()

  const enter = (status: CallStatus): void => {
    if (over.signal.aborted) return
    call.status = status
    call.updatedAt = new Date()
    statuses.push({ status, at: call.updatedAt.toISOString(), mediaMs: line.nowMs() })
    log.info({ status }, 'leg status')
    const form = progressForm(call, sequenceNumber)
    const to = call.parameters.statusCallback
    if (!form || !to) return
    const about = { purpose: 'status', event: status, sequenceNumber } as const
    sequenceNumber++
    deliveries.add(() => reporting.request(to, form, about).finally(told.resolve), ENDED.has(status))
  }
  const finish = (status: CallStatus): void => {
    if (over.signal.aborted) return
    call.durationSeconds = Math.ceil(line.nowMs() / 1000)
    call.endedAt = new Date()
    enter(status)
    metrics.legsEnded.inc({ status })
    metrics.legsOpen.dec()
    over.abort()
    line.stop()
  }

  const execution = createExecution({
    over: over.signal,
    say: (text, signal) => {
      announcements.push(text)
      return line.say(text, signal)
    },
    pause: line.pause,
    connect: async (noun, signal) => {
      const isTwice = trouble?.streams === 'opened_twice'
      const deps = { call, authToken, line, reporting, metrics, streams, isTwice }
      const { closeCode } = await connectStream(noun, signal, deps)
      if (closeCode === BROKEN_OFF && trouble?.streams === 'break_ends_call') finish('completed')
    },
    verbs: (instructions, signal) => {
      const { fallback } = call.parameters
      return getVerbs(instructions, {
        warn: reporting.warn,
        fallback: fallback && { kind: 'url', ...fallback },
        request: (to, extra) => {
          const answeredBy = call.answeredBy === null ? {} : { AnsweredBy: call.answeredBy }
          const form = { ...callForm(call), ...answeredBy, ...extra }
          return line.inWallTime(
            reporting.request(to, form, { purpose: 'instructions', event: call.status }, signal),
          )
        },
      })
    },
  })

  const life: Life = { call, scenario, line, reporting, execution, over: over.signal, enter, finish }
  metrics.legsOpen.inc()
  enter('queued')
  dial(life).catch((error: unknown) => {
    log.error({ err: error }, 'leg failed')
    finish('failed')
  })
  return {
    call,
    scenario,
    told: told.promise,
    account: () => ({
      sid: call.sid,
      to: call.parameters.to,
      from: call.parameters.from,
      scenario: scenario.name,
      status: call.status,
      durationSeconds: call.durationSeconds,
      statuses,
      requests: reporting.requests,
      streams,
      warnings: reporting.warnings,
      announcements,
      callee: line.lines(),
    }),
    update: change => update(life, change),
    stop: () => {
      reporting.stop()
      over.abort()
      line.stop()
    },
  }
}

const dial = async (life: Life): Promise<void> => {
  const { call, line, over, enter, finish } = life
  const { carrier } = life.scenario
  await line.after(QUEUE_MS, over)
  call.startedAt = new Date()
  enter('initiated')
  await line.after(CONNECT_MS, over)
  enter('ringing')
  const timeoutMs = call.parameters.timeoutSeconds * 1000
  const ringMs = carrier.kind === 'answers' || carrier.kind === 'ends' ? carrier.ringMs : Number.POSITIVE_INFINITY
  await line.after(Math.min(ringMs, timeoutMs), over)
  if (over.aborted) return
  if (ringMs > timeoutMs) finish('no-answer')
  else if (carrier.kind === 'ends') finish(carrier.status)
  else await talk(life)
}

const talk = async (life: Life): Promise<void> => {
  const { call, line, execution, enter, finish } = life
  line.answer()
  enter('in-progress')
  const detected = detectMachine(life)
  if (!call.parameters.machineDetection?.async) await detected
  await execution.run(call.parameters.instructions)
  finish('completed')
}

const update = ({ call, execution, over, finish }: Life, change: CallUpdate): void => {
  if (over.aborted) throw invalidState()
  const isTalking = call.status === 'in-progress'
  if (isTalking ? change.status === 'canceled' : change.instructions) throw invalidState()
  const { parameters } = call
  parameters.fallback = change.fallback ?? parameters.fallback
  parameters.statusCallback = change.statusCallback ?? parameters.statusCallback
  parameters.timeLimitSeconds = change.timeLimitSeconds ?? parameters.timeLimitSeconds
  if (change.status) finish(isTalking ? 'completed' : 'canceled')
  else if (change.instructions) execution.redirect(change.instructions)
}

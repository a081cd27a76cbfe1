// What the carrier tells of a leg. Callbacks come in any order and more than once.
// B1  Each becomes conditional updates that hold whatever came before; a repeated one changes nothing.
// B2  The store has it before the engine is told, and the engine is told once: by whoever changed the store.
// B3  A leg that is not its call's, or whose call is over, is hung up.
import { isOver } from '../../calls/call.ts'
import type { LegEnd } from '../../calls/call.ts'
import type { CallStore } from '../../calls/store.ts'
import type { Detection, EndReason } from '../../conversations/conversation.ts'
import type { ConversationStore } from '../../conversations/store.ts'
import type { Log } from '../../log.ts'
import type { Carrier, Engine } from '../ports.ts'

export interface CallbackDeps {
  calls: CallStore
  conversations: ConversationStore
  engine: Engine
  log: Log
}

const LEG_ENDS: Partial<Record<string, LegEnd>> = {
  completed: 'completed',
  busy: 'busy',
  'no-answer': 'no_answer',
  failed: 'failed',
  canceled: 'canceled',
}

const END_REASONS: Record<LegEnd, EndReason> = {
  completed: 'callee_hung_up',
  busy: 'not_answered',
  no_answer: 'not_answered',
  failed: 'not_answered',
  canceled: 'not_answered',
}

/** Tells the engine without keeping the carrier waiting: the store has it already, and the workflow asks the carrier if it hears nothing. */
export const tell = (log: Log, callId: string, what: string, signal: Promise<void>): void => {
  signal.catch(error => log.error({ call_id: callId, err: error }, `the engine was not told: ${what}`))
}

/** Binds a leg to its call; false if it is a leg that should not be, for its call is unknown, over, or has another. */
export const bind = async ({ calls }: CallbackDeps, callId: string, legId: string): Promise<boolean> => {
  const call = await calls.find(callId)
  if (!call) return false
  if (isOver(call)) return call.legId === legId && call.leg.ended !== null
  return call.legId === legId || (await calls.bindLeg(callId, legId))
}

/** The callee answered: the call is in progress from now on, if it was not before. */
export const noteAnswered = async (
  { calls, engine, log }: CallbackDeps,
  callId: string,
  now: Date,
): Promise<void> => {
  if (await calls.advance(callId, 'in_progress', { startedAt: now }))
    tell(log, callId, 'answered', engine.signalAnswered(callId))
}

/** Takes in a status callback. `status` is Twilio's CallStatus. */
export const noteStatus = async (
  deps: CallbackDeps,
  carrier: Pick<Carrier, 'hangUp'>,
  { callId, legId, status, now }: { callId: string; legId: string; status: string; now: Date },
): Promise<void> => {
  const { calls, log } = deps
  const end = LEG_ENDS[status]
  if (!(await bind(deps, callId, legId))) {
    if (end) return
    log.warn({ call_id: callId, leg_id: legId, leg_status: status }, 'a leg that should not be is hung up')
    carrier
      .hangUp(legId)
      .catch(error => log.error({ call_id: callId, leg_id: legId, err: error }, 'that leg could not be hung up'))
  } else if (end) await noteEnd(deps, callId, end, now)
  else if (status === 'in-progress') await noteAnswered(deps, callId, now)
  else await calls.advance(callId, 'dialing')
}

const noteEnd = async (
  { calls, conversations, engine, log }: CallbackDeps,
  callId: string,
  end: LegEnd,
  now: Date,
): Promise<void> => {
  // A leg that completed was answered, even if that word never came.
  if (end === 'completed') await calls.advance(callId, 'in_progress', { startedAt: now })
  const first = await calls.endLeg(callId, end)
  await conversations.end(callId, { by: 'carrier', reason: END_REASONS[end], at: now })
  if (first) tell(log, callId, `leg ended: ${end}`, engine.signalLegEnded(callId, end))
}

/** Takes in what the detection says of who answered. `answeredBy` is Twilio's AnsweredBy. */
export const noteAnsweredBy = async (
  deps: CallbackDeps,
  { callId, legId, answeredBy }: { callId: string; legId: string; answeredBy: string },
): Promise<void> => {
  const detected = detectionOf(answeredBy)
  if (!detected || !(await bind(deps, callId, legId))) return
  await deps.calls.setAnsweredBy(callId, detected === 'human' ? 'human' : 'machine')
  // The media host that holds the conversation learns it from there.
  await deps.conversations.noteDetection(callId, detected)
}

/** What Twilio's AnsweredBy says of who answered; `null` if it does not know. */
export const detectionOf = (answeredBy: string): Detection | null => {
  if (answeredBy === 'human' || answeredBy === 'fax') return answeredBy
  if (answeredBy.startsWith('machine_end')) return 'message_end'
  return answeredBy.startsWith('machine') ? 'machine' : null
}

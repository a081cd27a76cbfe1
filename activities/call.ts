// The beginning and the end of a call in the store.
import { waitsUntil } from '../src/calls/calling-hours.ts'
import { isCharged } from '../src/calls/call.ts'
import type { Call, CallErrorCode } from '../src/calls/call.ts'
import type { CallFacts, CallStore } from '../src/calls/store.ts'
import { turnsOf } from '../src/conversations/conversation.ts'
import type { Conversation, EndReason } from '../src/conversations/conversation.ts'
import type { ConversationStore } from '../src/conversations/store.ts'
import { purseOf } from '../src/credits/credit.ts'
import type { CreditStore } from '../src/credits/store.ts'
import type { DialingPauseStore } from '../src/dialing/store.ts'
import type { DoNotCallService } from '../src/do-not-call/service.ts'
import type { Log } from '../src/log.ts'
import type { CallEnding, FinishInput, FinishResult, OpenCallResult } from '../workflows/contract.ts'
import { wholeSeconds } from './conclusion.ts'

/** How often a call asks whether dialing is resumed; a pause of days fits into a workflow's history. */
const PAUSE_RETRY_SECONDS = 120

export interface CallDeps {
  calls: CallStore
  conversations: ConversationStore
  credits: Pick<CreditStore, 'capture' | 'release'>
  doNotCall: Pick<DoNotCallService, 'addCallee'>
  pauses: Pick<DialingPauseStore, 'isPaused'>
  clock: () => Date
  log: Log
}

export const createCallActivities = (deps: CallDeps) => {
  const { calls, conversations, credits, doNotCall, pauses, clock, log } = deps

  /** Ends and seals what is still open of the conversation: a host that waits for its stream is told by that. */
  const closeConversation = async (callId: string, ending: CallEnding): Promise<Conversation | null> => {
    await conversations.end(callId, { by: 'workflow', reason: reasonOf(ending), at: new Date() })
    return await conversations.sealForHost(callId, new Date())
  }

  const settle = async (call: Call, status: FinishResult['status']): Promise<void> => {
    await (isCharged(status, call.startedAt) ? credits.capture : credits.release)(purseOf(call), call._id)
  }

  /** How long a call still has to wait for calling hours, or until dialing is resumed; 0 for one that has not to. */
  const waitFor = async ({ _id, mode, keepsCallingHours, request }: Call): Promise<number> => {
    const now = clock()
    const until = keepsCallingHours ? waitsUntil(request.toPhoneNumber, now) : null
    // It would keep a media host to itself, and those that find none would fail.
    if (!until) return (await pauses.isPaused(mode)) ? PAUSE_RETRY_SECONDS : 0
    await calls.schedule(_id, until)
    return Math.ceil((until.getTime() - now.getTime()) / 1000)
  }

  return {
    /**
     * Requires a call that was accepted and for which nothing has been done yet, and makes its conversation. One that has to
     * wait is opened again after that: its hours may be over by then.
     */
    openCall: async (callId: string): Promise<OpenCallResult> => {
      const call = await calls.find(callId)
      if (call?.status !== 'queued' || call.dial !== null || call.ending !== null) {
        log.warn({ call_id: callId, status: call?.status ?? 'unknown' }, 'a workflow for a call that is not open')
        return { kind: 'closed' }
      }
      await conversations.ensure(callId)
      if (call.cancelRequestedAt) return { kind: 'open', canceled: true }
      const waitSeconds = await waitFor(call)
      return { kind: 'open', ...(waitSeconds > 0 && { waitSeconds }) }
    },

    /** Settles the credit and stores how the call ended; a second time changes nothing, whatever it says. */
    finish: async ({ callId, ending: proposed }: FinishInput): Promise<FinishResult> => {
      const call = await calls.decideEnding(callId, proposed)
      // Deleted while it ran: there is nothing to end.
      if (!call) return { status: proposed.status, outcome: null }
      const ending = call.ending ?? proposed
      const status = finalOf(call.status) ?? ending.status
      // The credit comes before the status, so that whoever sees the end sees the balance after it.
      await settle(call, status)
      const conversation = await closeConversation(callId, ending)
      if (conversation?.doNotCallAt) await doNotCall.addCallee(call)
      const stored = (await calls.advance(callId, status, factsOf(call, conversation, ending))) ?? call
      const { outcome, errorCode } = stored
      log.info({ call_id: callId, status, outcome, error_code: errorCode }, 'the call has ended')
      return { status, outcome, ...(errorCode && { errorCode }), turns: stored.turns?.length ?? 0 }
    },
  }
}

const finalOf = (status: Call['status']): FinishResult['status'] | null =>
  status === 'completed' || status === 'failed' || status === 'canceled' ? status : null

const reasonOf = (ending: CallEnding): EndReason => {
  if (ending.status === 'canceled') return 'canceled'
  return ending.status === 'completed' ? 'callee_hung_up' : 'not_answered'
}

const factsOf = (call: Call, conversation: Conversation | null, ending: CallEnding): CallFacts => {
  const endedAt = call.endedAt ?? conversation?.ended?.at ?? new Date()
  const startedAt = call.startedAt ?? (ending.status === 'completed' ? (conversation?.started ?? endedAt) : null)
  const errorCode = 'errorCode' in ending ? ending.errorCode : undefined
  return {
    endedAt,
    turns: conversation ? turnsOf(conversation) : [],
    // What was heard counts for more than what the carrier had detected.
    ...(conversation?.answeredBy && { answeredBy: conversation.answeredBy }),
    ...(startedAt && { startedAt, durationSeconds: wholeSeconds(conversation?.mediaMs ?? 0) }),
    ...(errorCode && { errorCode, errorMessage: call.errorMessage ?? messageOf(errorCode, call) }),
  }
}

const messageOf = (code: CallErrorCode, { startedAt }: Call): string => {
  switch (code) {
    case 'busy':
      return 'The line was busy.'
    case 'no_answer':
      return 'Nobody answered.'
    case 'dial_unknown':
      return 'The carrier may or may not have dialled; it could not be found out in time. Nothing was charged.'
    case 'analysis_failed':
      return 'The conversation took place, but it could not be analysed within the time for that.'
    case 'call_failed':
      return startedAt
        ? 'The connection broke on our side and could not be restored. Nothing was charged.'
        : 'The call could not be placed. Nothing was charged.'
  }
}

// What a conversation came to.
import { cancellationSignal } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'

import { transcriptOf } from '../src/calls/call.ts'
import type { Call, CallResult, Turn } from '../src/calls/call.ts'
import type { CallStore } from '../src/calls/store.ts'
import { turnsOf } from '../src/conversations/conversation.ts'
import type { Conversation } from '../src/conversations/conversation.ts'
import type { ConversationStore } from '../src/conversations/store.ts'
import { IS_LISTED } from '../src/do-not-call/entry.ts'
import type { DoNotCallService } from '../src/do-not-call/service.ts'
import { answersProbe } from '../src/hosts/probe.ts'
import type { HostStore } from '../src/hosts/store.ts'
import type { Analyst } from '../src/providers/ports.ts'
import type { ConcludeResult, EndConversationInput } from '../workflows/contract.ts'

export interface ConclusionDeps {
  calls: CallStore
  conversations: ConversationStore
  hosts: Pick<HostStore, 'find'>
  analyst: Analyst
  doNotCall: Pick<DoNotCallService, 'addCallee'>
  timeouts: { leaseProbeMs: number; lastWordsMs: number }
}

export const createConclusionActivities = ({
  calls,
  conversations,
  hosts,
  analyst,
  doNotCall,
  timeouts,
}: ConclusionDeps) => {
  /** The host lives, and the store was away for it: it writes its last words as soon as it can. */
  const isStillWriting = async ({ host, ended, sealed }: Conversation): Promise<boolean> => {
    if (sealed || !host || !ended || Date.now() - ended.at.getTime() > timeouts.lastWordsMs) return false
    const lease = await hosts.find(host)
    return lease !== null && (await answersProbe(lease, timeouts.leaseProbeMs))
  }

  /** The carrier ended the leg, and the host that held the conversation was not alive to store its last words. */
  const lostItsHost = async ({ host, ended, sealed }: Conversation): Promise<boolean> => {
    if (sealed || !host || ended?.reason !== 'callee_hung_up') return false
    const lease = await hosts.find(host)
    return lease === null || lease.renewedAt <= ended.at
  }

  const judge = async (call: Call, turns: Turn[]): Promise<CallResult> => {
    const transcript = transcriptOf(turns)
    if (transcript === null || !turns.some(isCalleesWords)) return NOTHING_SAID
    const { objective, businessName } = call.request
    return await analyst.analyse({ objective, businessName, transcript }, cancellationSignal())
  }

  const resultOf = async (call: Call, conversation: Conversation): Promise<CallResult> => {
    const result = await judge(call, turnsOf(conversation))
    if (!conversation.doNotCallAt) return result
    return { ...result, outcomeDetails: [result.outcomeDetails, IS_LISTED].filter(Boolean).join(' ') }
  }

  return {
    /** Has the agent say goodbye and the conversation ended: its host sees that in the store. */
    requestGoodbye: async (callId: string): Promise<void> => {
      await conversations.requestGoodbye(callId, new Date())
    },

    /** Ends the conversation, unless it has ended already: its host sees that in the store. */
    endConversation: async ({ callId, reason }: EndConversationInput): Promise<void> => {
      await conversations.end(callId, { by: 'workflow', reason, at: new Date() })
    },

    /** Seals the conversation and stores its outcome, unless it was canceled; asks the model nothing when the callee said nothing. */
    conclude: async (callId: string): Promise<ConcludeResult> => {
      const [call, found] = await Promise.all([calls.find(callId), conversations.find(callId)])
      if (!call || !found) throw ApplicationFailure.nonRetryable('the call is gone', 'call_not_found')
      // Not an end: the engine asks again in a moment.
      if (await isStillWriting(found)) throw new Error('the media host has last words to store')
      const isHostLost = await lostItsHost(found)
      const conversation = (await conversations.sealForHost(callId, new Date())) ?? found
      // At once, and not when the call is judged: another one may be waiting to dial the number.
      if (conversation.doNotCallAt) await doNotCall.addCallee(call)
      await calls.setEndedAt(callId, conversation.ended?.at ?? new Date(), wholeSeconds(conversation.mediaMs))
      if ((await calls.find(callId))?.cancelRequestedAt) return { kind: 'canceled' }
      if (isHostLost || isOurFault(conversation)) return { kind: 'broken' }
      // An earlier attempt has stored its result, and its answer was lost.
      if (call.outcome === null) await calls.setResult(callId, await resultOf(call, conversation))
      return { kind: 'concluded' }
    },
  }
}

/** Media time in ms as whole seconds. */
export const wholeSeconds = (mediaMs: number): number => Math.round(mediaMs / 1000)

const isOurFault = ({ ended }: Conversation): boolean =>
  ended?.reason === 'model_lost' || ended?.reason === 'media_lost'

const isCalleesWords = ({ role, text }: Turn): boolean => role === 'callee' && /[\p{L}\p{N}]/u.test(text)

const NOTHING_SAID: CallResult = {
  outcome: 'not_achieved',
  outcomeDetails: 'The callee said nothing that could be understood.',
  summary: 'The call was answered, but the callee said nothing that could be understood.',
}

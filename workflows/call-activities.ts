// The activities of a call as its workflow sees them: how long each may take, and how often it is tried.
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow'

import type { CallsActivities, MediaActivities } from '../activities/index.ts'
import { taskQueue } from './contract.ts'
import type { ConverseResult, ObjectiveCallInput } from './contract.ts'

// Tells that the worker is there: without it, one that was killed would be noticed when the activity's time is over.
const WORKER_HEARTBEAT = '10 s'
const CONVERSE_HEARTBEAT = '120 s' // longer than a minute's outage of Temporal and the heartbeat's throttle
const HANDOVER_SECONDS = 20 // for calls that were started without a limit of their own
export const CONVERSATION_MARGIN_SECONDS = 120 // beyond the carrier's own time limit of the leg

export const { openCall } = proxyActivities<CallsActivities>({
  summary: 'Check that the call was accepted',
  startToCloseTimeout: '10 s',
  retry: { maximumInterval: '10 s' },
})

export const { readWebsite } = proxyActivities<CallsActivities>({
  summary: "Read the business's website",
  startToCloseTimeout: '30 s',
  heartbeatTimeout: WORKER_HEARTBEAT,
  scheduleToCloseTimeout: '60 s',
  retry: { maximumAttempts: 2 },
})

/** Dials, at most once: the store says whether an attempt before may have dialled, and then this one asks nobody. */
export const { placeCall } = proxyActivities<CallsActivities>({
  summary: 'Dial',
  startToCloseTimeout: '30 s',
  heartbeatTimeout: WORKER_HEARTBEAT,
  retry: { maximumAttempts: 3 },
})

export const { lookUpLeg } = proxyActivities<CallsActivities>({
  summary: 'Ask the carrier what became of the leg',
  startToCloseTimeout: '15 s',
  heartbeatTimeout: WORKER_HEARTBEAT,
  retry: { maximumAttempts: 1 },
})

export const { redirectLeg } = proxyActivities<CallsActivities>({
  summary: 'Take the leg from a silent media host',
  startToCloseTimeout: '15 s',
  heartbeatTimeout: WORKER_HEARTBEAT,
  scheduleToCloseTimeout: '10 m',
  retry: { maximumInterval: '5 s' },
})

/** Given up after ten minutes: the carrier's own time limit ends the leg then. */
export const { hangUp } = proxyActivities<CallsActivities>({
  summary: 'Hang up at the carrier',
  startToCloseTimeout: '15 s',
  heartbeatTimeout: WORKER_HEARTBEAT,
  scheduleToCloseTimeout: '10 m',
  retry: { maximumInterval: '30 s' },
})

export const { requestGoodbye } = proxyActivities<CallsActivities>({
  summary: 'Have the agent say goodbye',
  startToCloseTimeout: '10 s',
  retry: { maximumInterval: '10 s' },
})

export const { endConversation } = proxyActivities<CallsActivities>({
  summary: 'End the conversation in the store',
  startToCloseTimeout: '10 s',
  retry: { maximumInterval: '10 s' },
})

/** The analysis of a finished conversation, retried for `limits.concludeSeconds`. */
export const conclude = async ({ callId, limits }: ObjectiveCallInput) =>
  await proxyActivities<CallsActivities>({
    summary: 'Judge the conversation',
    startToCloseTimeout: '90 s',
    heartbeatTimeout: WORKER_HEARTBEAT,
    scheduleToCloseTimeout: limits.concludeSeconds * 1000,
    retry: { maximumInterval: '60 s', nonRetryableErrorTypes: ['AnalysisRefused'] },
  }).conclude(callId)

/** Retried for ever: a call always ends. */
export const { finish } = proxyActivities<CallsActivities>({
  summary: 'Store how the call ended and settle its credit',
  startToCloseTimeout: '30 s',
  heartbeatTimeout: WORKER_HEARTBEAT,
  retry: { maximumInterval: '30 s' },
})

/**
 * One media host's part in the conversation. Abandoned on cancellation, because a host is told through the store;
 * tried once, because the next generation is another activity.
 */
export const converse = async (
  { callId, mode, limits }: ObjectiveCallInput,
  generation: number,
): Promise<ConverseResult> => {
  const { mediaReadySeconds, handoverSeconds = HANDOVER_SECONDS } = limits
  const waitSeconds = generation === 1 ? mediaReadySeconds : handoverSeconds
  return await proxyActivities<MediaActivities>({
    summary: `Hold the conversation, generation ${generation}`,
    taskQueue: taskQueue(generation === 1 ? 'media' : 'handover', mode),
    scheduleToStartTimeout: waitSeconds * 1000,
    startToCloseTimeout:
      (limits.mediaReadySeconds + limits.maxDurationSeconds + CONVERSATION_MARGIN_SECONDS) * 1000,
    heartbeatTimeout: CONVERSE_HEARTBEAT,
    cancellationType: ActivityCancellationType.ABANDON,
    retry: { maximumAttempts: 1 },
  }).converse({ callId, generation })
}

// Every time-out of a call in one place, in ms. They depend on each other: a set that breaks one of the rules below is
// refused when a process starts.

/** The time-outs as they are unless the environment says otherwise. */
export const TIMEOUTS = {
  websiteMs: 20_000,
  modelOpenMs: 10_000,
  modelOpenRetryMs: 300_000,
  carrierRequestMs: 10_000,
  /** Of one request to the payment provider, which is repeated once: a client waits for it with its 402. */
  paymentRequestMs: 3_000,
  dialLockWaitMs: 5_000,
  dialUntilMs: 15_000,
  ringMs: 45_000,
  carrierSilenceMs: 75_000,
  dialUnknownMs: 600_000,
  mediaReadyMs: 3_600_000,
  streamTokenMs: 600_000,
  instructionsPollMs: 2_500,
  fillerLimitMs: 20_000,
  /** The carrier's own: it cannot be changed here. */
  carrierFetchMs: 15_000,
  leaseRenewMs: 1_000,
  leaseStaleMs: 4_000,
  leaseProbeMs: 1_000,
  /** A host that does not offer itself for a live conversation in this time is not waited for alone. */
  successorReadyMs: 2_000,
  noFrameMs: 5_000,
  heartbeatMs: 120_000,
  heartbeatThrottleMs: 10_000,
  sealMs: 5_000,
  hangUpMs: 10_000,
  /** A host that lives may store its last words so late: as long as the store may be away. */
  lastWordsMs: 60_000,
  goodbyeMs: 20_000,
  timeLimitMarginSeconds: 60,
  concludeMs: 3_600_000,
  reconcileEveryMs: 15_000,
  reconcileOlderMs: 30_000,
  /** How long a media host that is told to stop lets its conversations end by themselves. */
  drainMs: 60_000,
  /** How long it then has to hand over those that have not. */
  handoverMs: 30_000,
}

export type Timeouts = typeof TIMEOUTS

/** Temporal may be away for this long in the middle of a call. */
const OUTAGE_MS = 60_000
/** A callee is not left without a voice for longer than the carrier needs to say the filler. */
const MESSAGE_TO_WORKFLOW_MS = 2_000

/** What must hold between them, each with its reason. */
const RULES: [rule: string, holds: (t: Timeouts) => boolean][] = [
  [
    'carrierRequestMs < dialUntilMs: a dial that is still under way is not looked for',
    t => t.carrierRequestMs < t.dialUntilMs,
  ],
  [
    'ringMs < carrierSilenceMs: a callee that may still answer is not asked for',
    t => t.ringMs < t.carrierSilenceMs,
  ],
  [
    'carrierSilenceMs < dialUnknownMs: the carrier is asked before a dial is given up',
    t => t.carrierSilenceMs < t.dialUnknownMs,
  ],
  ['ringMs < streamTokenMs: a token lasts until the callee answers', t => t.ringMs < t.streamTokenMs],
  [
    'instructionsPollMs < carrierFetchMs: the carrier is answered in its time',
    t => t.instructionsPollMs < t.carrierFetchMs,
  ],
  [
    'leaseStaleMs + modelOpenMs < fillerLimitMs: a successor can be ready before the filler runs out',
    t => t.leaseStaleMs + t.modelOpenMs < t.fillerLimitMs,
  ],
  [
    'a message to the workflow (2 s) < fillerLimitMs: its worker may have been killed too',
    t => MESSAGE_TO_WORKFLOW_MS < t.fillerLimitMs,
  ],
  [
    '2 × leaseRenewMs < leaseStaleMs: one renewal that is lost makes nobody stale',
    t => 2 * t.leaseRenewMs < t.leaseStaleMs,
  ],
  [
    "an outage of 60 s + heartbeatThrottleMs < heartbeatMs: Temporal's absence kills no conversation",
    t => OUTAGE_MS + t.heartbeatThrottleMs < t.heartbeatMs,
  ],
  [
    'modelOpenMs < handoverMs: a successor can be ready before a host that is told to stop closes',
    t => t.modelOpenMs < t.handoverMs,
  ],
  [
    'successorReadyMs < fillerLimitMs: another host can still be asked when the first does not answer',
    t => t.successorReadyMs < t.fillerLimitMs,
  ],
  [
    'dialUntilMs <= reconcileOlderMs: a dial that is under way is left alone',
    t => t.dialUntilMs <= t.reconcileOlderMs,
  ],
]

/** The rules that a set of time-outs breaks; none for a set that can be used. */
export const brokenRules = (timeouts: Timeouts): string[] =>
  RULES.filter(([, holds]) => !holds(timeouts)).map(([rule]) => rule)

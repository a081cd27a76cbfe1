// The time-outs of a run: shorter than in production, in the same order.
import type { Timeouts } from '../src/timeouts.ts'

/** What takes minutes takes seconds. Ringing is the carrier's media time, which the sandbox scales by itself. */
export const SCALED: Partial<Timeouts> = {
  modelOpenMs: 3_000,
  carrierRequestMs: 2_500,
  dialLockWaitMs: 2_000,
  dialUntilMs: 4_000,
  ringMs: 6_000,
  carrierSilenceMs: 6_500,
  dialUnknownMs: 30_000,
  instructionsPollMs: 1_000,
  leaseRenewMs: 500,
  leaseStaleMs: 2_000,
  leaseProbeMs: 500,
  noFrameMs: 3_000,
  sealMs: 2_000,
  hangUpMs: 3_000,
  lastWordsMs: 20_000,
  concludeMs: 180_000,
  reconcileEveryMs: 1_000,
  reconcileOlderMs: 5_000,
  drainMs: 3_000,
}

/**
 * How long the harness waits. A call is given up as lost after `endMs`, which is more than the heartbeat's time-out (that
 * alone tells of a media host that died before it was ready) and than an analysis is retried.
 */
export interface Patience {
  endMs: number
  /** After a call's end, until the carrier, the engine and the ledger agree: an outage, and an activity's time-out. */
  settleMs: number
  /** Until a fault's point is reached. */
  pointMs: number
  /** A process that was told to stop. */
  stopMs: number
  /** The minute for which Temporal or the store may be away: as long as a host may take to store its last words. */
  outageMs: number
}

export const SCALED_PATIENCE: Patience = {
  endMs: 300_000,
  settleMs: 60_000,
  pointMs: 60_000,
  stopMs: 20_000,
  outageMs: 15_000,
}
export const REAL_PATIENCE: Patience = {
  endMs: 900_000,
  settleMs: 120_000,
  pointMs: 300_000,
  stopMs: 90_000,
  outageMs: 60_000,
}

// Everything that is known of one call when its run is judged: what clients saw, and the independent accounts.
import type { WireCall } from '../devstack/demo/call.ts'
import type { CarrierAccount } from '../devstack/demo/carrier.ts'
import type { Scenario } from '../src/sandbox/scenarios/scenario.ts'
import type { RunAccount } from './accounts/engine.ts'
import type { StoreAccount } from './accounts/store.ts'
import type { Paid } from './buyer.ts'
import type { Posted } from './client.ts'

/** What faults during a call may have done to its conversation. */
export interface Disturbance {
  /** Its words may have been cut: media host, model, or the way between. */
  conversation: boolean
  /** The store was away for long when it was to begin, or more than one process was killed: its callee may have to wait. */
  mayWait: boolean
  /** Media time of the call's leg right before the first of them, where the carrier told it. */
  lossMs: number | null
  /** What was said and heard so long before is settled: a second, and our side's own time for it. Media time. */
  settledMs: number
}

/** One call that the harness asked for. */
export interface Evidence {
  scenario: Scenario
  posted: Posted
  /** The client would not have sent it twice. */
  retries: boolean
  /** What each request to cancel was answered. */
  cancels: (number | 'no answer')[]
  /** The credits that its account had before it bought any. */
  welcome: number
  /** What its account has paid for, as the payment provider has it. */
  paid: Paid[]
  /** The statuses that GET gave, each once, in the order in which they were first seen. */
  statuses: string[]
  /** What GET gave last. */
  final: WireCall | null
  carrier: CarrierAccount
  store: StoreAccount
  /** Of each call of the account, by its id. */
  runs: Record<string, RunAccount>
  /** What the sampler saw of the account while calls ran. */
  samples: string[]
  disturbance: Disturbance
}

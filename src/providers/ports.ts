// What Errand asks of the outside. A second carrier or model implements these; nothing else knows a vendor.

import type { Call, LegEnd, Outcome, WebsiteContext } from '../calls/call.ts'

export interface DialRequest {
  callId: string
  to: string
  /** Seconds to let it ring. */
  ringSeconds: number
  /** Seconds after the answer at which the carrier itself ends the leg. */
  timeLimitSeconds: number
  /** The dial is sent only if this moment is still ahead right before it is written. */
  until: Date
}

/** What became of the one dial. `unknown` means that the carrier may have dialled: it is never sent again. */
export type DialOutcome =
  | { kind: 'dialed'; legId: string }
  | { kind: 'refused'; carrierCode: string; message: string }
  | { kind: 'too_late' }
  | { kind: 'unknown'; message: string }

/** A leg as the carrier tells it. */
export interface Leg {
  legId: string
  state: 'ringing' | 'in_progress' | 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled'
}

export interface Carrier {
  /** Dials once. What has certainly not dialled (429, no connection) is retried in place; nothing else is. */
  placeCall: (request: DialRequest) => Promise<DialOutcome>
  /** Ends the leg if it is up; a leg that ended already is no error. */
  hangUp: (legId: string) => Promise<void>
  /** Makes a leg that is up ask for instructions, as after the stream of generation `after`; false if it is over. */
  redirect: (request: { callId: string; legId: string; after: number }) => Promise<boolean>
  getLeg: (legId: string) => Promise<Leg | null>
  /** Legs to `to` that the carrier created since `since`, newest first. */
  findLegs: (to: string, since: Date) => Promise<Leg[]>
}

export interface AnalysisRequest {
  objective: string
  businessName: string | null
  /** One line a turn, `Agent: …` / `Callee: …`. */
  transcript: string
}

export interface Analysis {
  outcome: Outcome
  outcomeDetails: string
  summary: string
}

export interface Analyst {
  /** Judges a finished conversation. Throws on a fault, which the caller retries; `AnalysisRefused` is none. */
  analyse: (request: AnalysisRequest, signal: AbortSignal) => Promise<Analysis>
}

export interface WebsiteReader {
  /** Readable text of a stranger's page, capped. A site that cannot be read is a value, not an exception. */
  read: (url: string, signal: AbortSignal) => Promise<WebsiteContext>
}

export interface CheckoutRequest {
  accountId: string
  /** How many credits are sold, for the price of all of them. */
  credits: number
  price: { amount: number; currency: string }
  /** Requests with the same key make one checkout. */
  idempotencyKey: string
}

/** Who takes money for credits. What was paid is told to the API, signed. */
export interface PaymentProvider {
  /** Makes a page on which a person pays. Throws when the provider does not answer in time, or refuses. */
  createCheckout: (request: CheckoutRequest) => Promise<{ id: string; url: string; expiresAt: Date }>
  /** Whether a checkout can still be paid; false for one that the provider does not know. */
  isOpen: (checkoutId: string) => Promise<boolean>
}

/** The engine that runs each call's workflow; the workflow's id is the call's id. */
export interface Engine {
  /** Starts the call's workflow; one that runs already, or ran, is no error. */
  startCall: (call: Call) => Promise<void>
  /** Whether the call's workflow runs, has come to its end however that was, or is not known (any more). */
  findRun: (callId: string) => Promise<'running' | 'closed' | 'none'>
  signalAnswered: (callId: string) => Promise<void>
  signalLegEnded: (callId: string, ended: LegEnd) => Promise<void>
  signalStreamLost: (callId: string, generation: number) => Promise<void>
  signalHostLost: (callId: string, generation: number) => Promise<void>
  signalHandoverRequested: (callId: string, generation: number) => Promise<void>
  signalMediaReady: (callId: string, generation: number, host: string) => Promise<void>
  signalCancelRequested: (callId: string) => Promise<void>
}

// The carrier's own account of what happened, for tests and for the demo: nothing of it is Twilio's.
import type { CallStatus } from './call.ts'
import type { Line } from '../callee/account.ts'

/** One request to dial, and what was answered. */
export interface Dial {
  at: string
  to: string
  from: string
  statusCallback: string | null
  /** The new call, or null where the dial was refused. */
  sid: string | null
  errorCode: number | null
}

/** One media stream. Milliseconds are media time since the answer; null until it happened. */
export interface StreamAccount {
  streamSid: string
  url: string
  openedMs: number | null
  closedMs: number | null
  /** `served`: our side closed it in order; `stopped`: the carrier did. */
  end: 'served' | 'broken' | 'refused' | 'invalid' | 'stopped' | null
  closeCode: number | null
  framesSent: number
  framesPlayed: number
  /** The first frame of ours that the callee heard. */
  firstPlayedMs: number | null
}

/** One request that the carrier made: instructions, or a callback. */
export interface RequestAccount {
  at: string
  purpose: 'instructions' | 'status' | 'amd' | 'stream'
  url: string
  /** What it told: a call status, an AnsweredBy, a stream event. */
  event: string
  sequenceNumber: number | null
  /** The HTTP status of the answer, null where none came. */
  answered: number | null
}

export interface LegAccount {
  sid: string
  to: string
  from: string
  scenario: string
  status: CallStatus
  statuses: { status: CallStatus; at: string; mediaMs: number }[]
  durationSeconds: number | null
  requests: RequestAccount[]
  streams: StreamAccount[]
  warnings: { code: number; message: string; mediaMs: number }[]
  /** What the carrier itself said to the callee, as it was told to. */
  announcements: string[]
  /** What the callee said and heard, in the order in which it began. */
  callee: Line[]
}

// A call and how it may change.
// C1  Its status only moves forward, by rank; every change is one conditional update, whoever comes first.
// C2  A call has one leg at the carrier: the first id that is bound is its leg, any other is hung up.
// C3  `accepting` is not yet a call: it is never shown, and it becomes one by the update to `queued`. One that does not
//     is `voided`, gives its credit back, and is forgotten.
// C4  How a call ends is decided once, in `ending`, before its credit is settled by it: whoever ends it follows that.
//     From then on it only moves to its end.
// C5  A client may cancel a call until its conversation has ended (`endedAt`) or its end is decided, and a call that was
//     canceled ends canceled: each of the three updates asks for the absence of the others.

export type Mode = 'live' | 'test'

/** The six statuses that a client can read, in the contract's words. */
export const CALL_STATUSES = ['queued', 'dialing', 'in_progress', 'completed', 'canceled', 'failed'] as const
export type CallStatus = (typeof CALL_STATUSES)[number]
/** Those of a call that has not ended. */
export const OPEN_STATUSES = ['queued', 'dialing', 'in_progress'] as const satisfies CallStatus[]
export type StoredStatus = 'accepting' | 'voided' | CallStatus

export const OUTCOMES = ['achieved', 'partial', 'not_achieved'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Why a call did not do what was asked of it; the contract lists what each means for the credit. */
export type CallErrorCode = 'busy' | 'no_answer' | 'call_failed' | 'dial_unknown' | 'analysis_failed'

/** How a call ends, besides what it came to. */
export type CallEnding =
  | { status: 'completed'; errorCode?: 'analysis_failed' }
  | { status: 'failed'; errorCode: CallErrorCode }
  | { status: 'canceled' }

export type AnsweredBy = 'human' | 'machine'

/** What the client asked for, after validation: trimmed, defaults filled in, absent fields `null`. */
export interface CallRequest {
  toPhoneNumber: string
  objective: string
  businessName: string | null
  website: string | null
  language: string | null
  callerName: string | null
  maxDurationSeconds: number
  record: boolean
  /** As pairs, for a name may hold any character, and a document's field may not. */
  metadata: { name: string; value: string }[] | null
}

/** The one attempt to dial: stored as an intent before the carrier is asked, so that it can never be made twice. */
export interface Dial {
  state: 'submitting' | 'submitted' | 'refused' | 'unknown'
  /** After this moment whoever claimed the dial may no longer send it. */
  until: Date
  /** When an operator found out at the carrier what had become of it. */
  settledAt?: Date
}

/** What an operator found out at the carrier about a dial that was unknown. */
export type DialFinding = { kind: 'not_dialled' } | { kind: 'dialled'; legId: string }

/** What the agent knows from the website, or why it knows nothing. */
export type WebsiteContext =
  | { kind: 'read'; by: 'http' | 'browser'; title: string; text: string }
  | { kind: 'unread'; reason: string }

export interface Turn {
  role: 'agent' | 'callee'
  text: string
  /** Media time since the callee answered, in ms. */
  atMs: number
  interrupted: boolean
}

export interface CallResult {
  outcome: Outcome | null
  outcomeDetails: string | null
  summary: string | null
}

/** The document in `calls`. */
export interface Call extends CallResult {
  _id: string
  accountId: string
  mode: Mode
  status: StoredStatus
  request: CallRequest
  createdAt: Date
  /** Whether it rings only within calling hours at the callee's place. */
  keepsCallingHours: boolean
  /** Until when it waits for them, or waited; `null` for a call that had not to. */
  scheduledFor: Date | null
  context: WebsiteContext | null
  dial: Dial | null
  /** The carrier's id of the leg (`CA…`), once known. */
  legId: string | null
  /** The carrier's last word on the leg: highest sequence number seen, and how it ended. */
  leg: { sequence: number; ended: LegEnd | null }
  answeredBy: AnsweredBy | null
  startedAt: Date | null
  endedAt: Date | null
  /** Media time from answer to end, in whole seconds. */
  durationSeconds: number | null
  errorCode: CallErrorCode | null
  errorMessage: string | null
  cancelRequestedAt: Date | null
  /** How it ends, once that is decided (C4). */
  ending: CallEnding | null
  /** The conversation as it was when the call ended; until then it is read from `conversations`. */
  turns: Turn[] | null
  recordingUrl: string | null
  /** Counts every change. */
  rev: number
}

/** How a leg ended, by the carrier. */
export type LegEnd = 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled'

const RANK: Record<StoredStatus, number> = {
  accepting: 0,
  queued: 1,
  dialing: 2,
  in_progress: 3,
  completed: 4,
  canceled: 4,
  failed: 4,
  voided: 4,
}

/** The statuses from which a call may move to `to`. */
export const statusesBefore = (to: StoredStatus): StoredStatus[] =>
  (Object.keys(RANK) as StoredStatus[]).filter(status => RANK[status] < RANK[to])

/** Whether a client may read the call (C3). */
export const isShown = (status: StoredStatus): status is CallStatus =>
  status !== 'accepting' && status !== 'voided'

/** Whether an ended call costs its credit: the callee's end was reached, and our side did not break the call. */
export const isCharged = (status: StoredStatus, startedAt: Date | null): boolean =>
  status === 'completed' || (status === 'canceled' && startedAt !== null)

export const isEnded = (status: StoredStatus): boolean => RANK[status] === RANK.completed

/** Whether nothing can become of a call any more but its end. */
export const isOver = ({ status, ending }: Pick<Call, 'status' | 'ending'>): boolean =>
  isEnded(status) || ending !== null

/** Whether the carrier may have dialled, and nobody knows. */
export const isDialUnknown = ({ dial, legId }: Pick<Call, 'dial' | 'legId'>): boolean =>
  dial !== null && legId === null && dial.state !== 'refused'

/** A call as it is first stored: `accepting`, nothing known. */
export const newCall = (
  id: string,
  accountId: string,
  mode: Mode,
  request: CallRequest,
  createdAt: Date,
): Call => ({
  _id: id,
  accountId,
  mode,
  status: 'accepting',
  request,
  createdAt,
  keepsCallingHours: false,
  scheduledFor: null,
  context: null,
  dial: null,
  legId: null,
  leg: { sequence: -1, ended: null },
  answeredBy: null,
  startedAt: null,
  endedAt: null,
  durationSeconds: null,
  outcome: null,
  outcomeDetails: null,
  summary: null,
  errorCode: null,
  errorMessage: null,
  cancelRequestedAt: null,
  ending: null,
  turns: null,
  recordingUrl: null,
  rev: 0,
})

/** One line a turn, `Agent: …` and `Callee: …`; `null` for no turns. */
export const transcriptOf = (turns: Turn[]): string | null =>
  turns.length === 0
    ? null
    : turns
        .map(turn => `${turn.role === 'agent' ? 'Agent' : 'Callee'}: ${turn.text.replace(/\s+/g, ' ')}`)
        .join('\n')

/** What an operator reads first: `Book a table for 2 → Nopa (+1415***0100)`. */
export const titleOf = (request: CallRequest, maskedNumber: string): string => {
  const objective = request.objective.length > 80 ? `${request.objective.slice(0, 79)}…` : request.objective
  return `${objective} → ${request.businessName ? `${request.businessName} (${maskedNumber})` : maskedNumber}`
}

// Everything by which the API, the workers and the workflow know each other: names, inputs, signals, query.
// Payloads only grow: a field is added as optional and never renamed, because running calls were started without it.

import type { CallEnding, CallErrorCode, LegEnd, Mode, Outcome } from '../src/calls/call.ts'

/** `calls`: workflows and short activities. `media`: new conversations. `handover`: conversations that lost their host. */
export const taskQueue = (kind: 'calls' | 'media' | 'handover', mode: Mode): string => `${kind}-${mode}`

/** The workflow's type; its id is the call's id. */
export const OBJECTIVE_CALL = 'objectiveCall'

/** Search attributes (Keyword), registered by the workers at their start. */
export const SEARCH_ATTRIBUTES = ['AccountId', 'CallStatus', 'Outcome', 'Mode'] as const

/** The limits that the story of a call needs, in seconds: a workflow cannot read the configuration. */
export interface CallLimits {
  /** How long a call may wait for a media host with an open model session. */
  mediaReadySeconds: number
  ringSeconds: number
  /** No word from the carrier for this long after dialling: ask it. */
  carrierSilenceSeconds: number
  /** An unknown dial is given up after this. */
  dialUnknownSeconds: number
  maxDurationSeconds: number
  /** From `ended` to the conclusion when the host does not seal the conversation. */
  sealSeconds: number
  /** From the end of the conversation to the hang-up by REST when the carrier's last word does not come. */
  hangUpSeconds: number
  /** How long an analysis is retried. */
  concludeSeconds: number
  /** How long the agent of a canceled call may take to say goodbye. */
  goodbyeSeconds?: number
  /** How long a conversation waits for another host: what the carrier says meanwhile has its limit. */
  handoverSeconds?: number
  /** A host that was asked to take a conversation over and is not ready in this time is not waited for alone. */
  successorReadySeconds?: number
}

export interface ObjectiveCallInput {
  callId: string
  mode: Mode
  hasWebsite: boolean
  limits: CallLimits
}

export const SIGNALS = {
  /** A media host has an open model session and waits for the stream of `generation`. */
  mediaReady: 'mediaReady',
  /** The callee answered. */
  answered: 'answered',
  /** The leg is over, by the carrier. */
  legEnded: 'legEnded',
  /** The stream of `generation` is gone and the carrier asks what to do next. */
  streamLost: 'streamLost',
  /** The host of `generation` is silent: the conversation is to be moved to another one. */
  hostLost: 'hostLost',
  /** The host of `generation` is told to stop: the conversation is to have a successor before it lets go. */
  handoverRequested: 'handoverRequested',
  /** The client canceled the call. */
  cancelRequested: 'cancelRequested',
} as const

export interface MediaReady {
  generation: number
  host: string
}
export interface LegEnded {
  ended: LegEnd
}
export interface StreamLost {
  generation: number
}
export interface HostLost {
  generation: number
}
export interface HandoverRequested {
  generation: number
}

export const STATUS_QUERY = 'status'

/** What a call is doing, for operators: no words of the conversation, no numbers. */
export interface StatusView {
  phase:
    | 'starting'
    | 'waiting'
    | 'reading_website'
    | 'preparing_media'
    | 'dialing'
    | 'talking'
    | 'concluding'
    | 'finished'
  since: string
  generation: number
  host: string | null
  errorCode: CallErrorCode | null
}

// What activities take and give: ids, generations and enumerations only. What was said is in the store.

export interface ConverseInput {
  callId: string
  generation: number
}
/** What a host tells with its heartbeats while it holds a conversation. */
export interface ConverseProgress {
  turns: number
  mediaMs: number
}
/** How a host's part in a conversation ended. */
export type ConverseResult =
  | { kind: 'ended' } // the conversation is over and sealed
  | { kind: 'lost' } // the stream is gone, the conversation may go on elsewhere
  | { kind: 'superseded' } // another generation holds the conversation
  | { kind: 'never_started' } // no stream came before the token's end

/** Whether there is a call to run: it was accepted, and nothing has been done for it yet. */
export type OpenCallResult =
  | { kind: 'open'; canceled?: boolean; waitSeconds?: number } // not before so long: then it is to be opened again
  | { kind: 'closed' }

export type ReadWebsiteResult = { kind: 'read' } | { kind: 'unread' }

export interface PlaceCallInput {
  callId: string
  ringSeconds: number
}
export type PlaceCallResult =
  | { kind: 'dialed' }
  | { kind: 'canceled' }
  | { kind: 'refused' }
  | { kind: 'not_dialable' } // ended meanwhile, or its time to dial had passed
  | { kind: 'locked'; isPaused?: boolean } // nothing was sent, and may be later: another call's dial to the number has no answer yet, this worker was held up, or dialing is paused
  | { kind: 'unknown' }

export type LegView = { kind: 'up'; answered: boolean } | { kind: 'ended'; ended: LegEnd } | { kind: 'unknown' }

/** The leg leaves the stream of `generation` for that of the host which is ready. */
export interface RedirectLegInput {
  callId: string
  generation: number
}
export type RedirectLegResult = { kind: 'redirected' } | { kind: 'not_held' } // over, or held by another generation meanwhile

/** Why the workflow itself ends a conversation: nobody else can any more, or the client asked for it. */
export interface EndConversationInput {
  callId: string
  reason: 'canceled' | 'media_lost' | 'max_duration'
}

export type ConcludeResult =
  | { kind: 'concluded' }
  | { kind: 'analysis_failed' }
  | { kind: 'broken' } // our side lost the conversation: what was said stays, nothing is judged
  | { kind: 'canceled' } // the client was faster: nothing is judged

/** How the story ended, for `finish`. */
export type { CallEnding }

export interface FinishInput {
  callId: string
  ending: CallEnding
}
/** The call as it is stored now, whoever ended it. */
export interface FinishResult {
  status: 'completed' | 'failed' | 'canceled'
  outcome: Outcome | null
  errorCode?: CallErrorCode
  /** How many turns the conversation had. */
  turns?: number
}

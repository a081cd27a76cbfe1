// A call's conversation: which media host holds it, what was said, how it ended. One document a call.
// V1  A media host's write counts only while its generation is the current one and the document is not sealed.
// V2  The generation changes when a host's stream starts, by one update that also uses up that host's token.
// V3  `ended` is stored once. After it the current host stores what it heard last, and then sets `sealed`.
// V4  Writing a turn twice changes nothing: a turn is stored under its own number.

import type { AnsweredBy, Turn } from '../calls/call.ts'

/** Why a conversation ended. */
export type EndReason =
  | 'agent_ended' // the agent called end_call after its goodbye
  | 'callee_hung_up' // the carrier says that the leg completed
  | 'not_answered' // the leg never reached anyone
  | 'max_duration' // the call's own limit, in media time
  | 'silence' // nobody spoke for too long
  | 'fax' // there is nobody to talk to
  | 'canceled' // the client canceled it
  | 'model_lost' // the model could not be reached any more
  | 'media_lost' // no media host took the stream

export interface ConversationEnd {
  by: 'host' | 'carrier' | 'workflow'
  reason: EndReason
  at: Date
}

/** Whom the carrier has detected: `message_end` is a machine whose greeting is over. */
export type Detection = 'human' | 'machine' | 'message_end' | 'fax'

/** A host with an open model session that waits for the stream of `generation`. */
export interface ReadyHost {
  generation: number
  host: string
  /** The whole public URL of the host's streams, `wss://…/streams`. */
  url: string
  /**
   * The single-use stream token; `null` once used. It is stored in the clear because the instructions route has to
   * hand it to the carrier, and media hosts and the API share no secret from which it could be derived.
   */
  token: string | null
  /** After this moment the token is refused. */
  expiresAt: Date
  /** The version of the prompts that the host's model session was set up with; for operators. */
  prompts?: string
}

/** A turn as it is stored: the one that is being spoken is not final yet. */
export interface StoredTurn extends Turn {
  final: boolean
  /** The callee spoke into it. */
  cut?: boolean
}

/** The document in `conversations`; its id is the call's. */
export interface Conversation {
  _id: string
  /** The generation whose stream is (or was last) connected; 0 before the first. */
  generation: number
  host: string | null
  /** The host that was asked last to hold it: should it die before it is ready, others learn it from here. */
  preparing: { generation: number; host: string } | null
  ready: ReadyHost | null
  /** A generation that is being taken away from a silent host: it can no longer end the conversation. */
  moving: number | null
  /** The generation that let go of its stream between two sentences: nothing was lost. */
  released?: number
  started: Date | null
  /** The carrier's word on who answered, once it has come. */
  detected: Detection | null
  /** Since when the client wants it ended: its host says goodbye. */
  cancelRequestedAt: Date | null
  /** When the callee asked not to be called again; absent from conversations that were made before there was a list. */
  doNotCallAt?: Date | null
  /** Who answered by what was heard; `null`: only the carrier knows. */
  answeredBy: AnsweredBy | null
  ended: ConversationEnd | null
  sealed: Date | null
  /** Keyed by the turn's number in the order of the conversation, zero-padded so that keys sort. */
  turns: Record<string, StoredTurn>
  /** Media time of the conversation so far, in ms over all generations, as the host last stored it. */
  mediaMs: number
  rev: number
}

export const newConversation = (callId: string): Conversation => ({
  _id: callId,
  generation: 0,
  host: null,
  preparing: null,
  ready: null,
  moving: null,
  started: null,
  detected: null,
  cancelRequestedAt: null,
  doNotCallAt: null,
  answeredBy: null,
  ended: null,
  sealed: null,
  turns: {},
  mediaMs: 0,
  rev: 0,
})

/** The key under which the `index`-th turn (from 0) is stored. */
export const turnKey = (index: number): string => String(index).padStart(5, '0')

/** Of a busy model one hears late who spoke first: a turn that began so long before another is put before it. */
const LATE_MS = 1_000

const inOrder = (turns: StoredTurn[], turn: StoredTurn): StoredTurn[] => {
  const place = turns.findLastIndex(before => before.atMs <= turn.atMs + LATE_MS) + 1
  return turns.toSpliced(place, 0, turn)
}

/** The turns as they are stored, in the order of the conversation; those without words yet are left out. */
export const storedTurnsOf = ({ turns }: Pick<Conversation, 'turns'>): StoredTurn[] =>
  Object.entries(turns)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, turn]) => turn)
    .filter(turn => turn.text !== '')
    .reduce<StoredTurn[]>(inOrder, [])

/** Media time after everything that is stored, in ms: what is said next begins later. */
export const reachedMs = ({ turns, mediaMs }: Pick<Conversation, 'turns' | 'mediaMs'>): number =>
  Math.max(mediaMs, ...Object.values(turns).map(({ atMs }) => atMs))

/** What was said. A turn that was still being spoken when the conversation was sealed (its host died) was interrupted. */
export const turnsOf = (conversation: Pick<Conversation, 'turns' | 'sealed'>): Turn[] =>
  storedTurnsOf(conversation).map(({ role, text, atMs, interrupted, final }) => ({
    role,
    text,
    atMs,
    interrupted: interrupted || (!final && conversation.sealed !== null),
  }))

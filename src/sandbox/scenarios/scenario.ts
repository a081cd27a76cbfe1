// How the call to a test number comes to its end: what carrier, callee and model do.
import type { TestNumber } from '../../test-numbers/table.ts'

/** What the carrier does with a dial. Milliseconds are media time. */
export type CarrierPart = { trouble?: Trouble } & (
  | { kind: 'answers'; ringMs: number; detects?: Detected }
  | { kind: 'rings' }
  | { kind: 'ends'; status: 'busy' | 'failed'; ringMs: number }
  | { kind: 'refuses'; status: number; code: number; message: string }
)

/** What goes wrong between the carrier and whoever dials, while the call itself goes on. */
export interface Trouble {
  /** What becomes of the answer to an accepted dial. `late`: it comes after the first callback. */
  answer?: 'lost' | 'server_error' | 'not_json' | 'late'
  /** So many requests to dial are answered with 429 first, and not processed. */
  tooManyRequests?: number
  /**
   * What becomes of status callbacks. `repeated`: each is sent twice, the later one of two before the earlier one;
   * `late`: all are sent when the call is over; `backwards`: the first ones follow the last ones, in turn.
   */
  callbacks?: 'none' | 'repeated' | 'late' | 'backwards'
  /**
   * What becomes of media streams. `break_ends_call`: the call ends when a socket breaks off; `opened_twice`: a
   * second socket comes with the same `start` while the first is served.
   */
  streams?: 'break_ends_call' | 'opened_twice'
}

/** What befalls a session of the model. `silent`: it is open, and nothing comes any more. */
export type SessionFault = 'dropped' | 'closed' | 'expired' | 'server_error' | 'cut_frame' | 'silent'

/** What goes wrong with the model, once it has heard the callee's greeting: it has to be one that no other says. */
export interface ModelTrouble {
  /** In the middle of its first sentence; the `silent` model does not even begin. */
  session?: SessionFault
  /** Every session of the call, and not the first alone. */
  again?: true
  /** So many requests to judge the call are answered with 503 first. */
  overloaded?: number
}

/** Whom the carrier's detection takes the callee for, rightly or not; a person, if nothing is said. */
export type Detected = 'human' | 'machine' | 'fax' | 'unknown'

/** What is answered to a request, with slots from what was heard, and what the callee then waits for. */
export interface Reply {
  /** Slots: {thing} {when} {later} {day} {nextDay}. */
  say: string
  expects: 'name' | 'offer' | 'nothing'
}

/** Something that the callee does without being asked. Milliseconds are media time. */
export interface Cue {
  on:
    | { kind: 'answered'; afterMs: number }
    /** The agent has spoken for so long, and these words were in it. */
    | { kind: 'agent_speaks'; forMs: number; saying?: string }
  /** What it says, whoever is speaking. */
  say?: string
  /** What it then waits for. */
  expects?: Reply['expects']
  /** It hangs up so long after the cue, whatever is being said. */
  hangsUpAfterMs?: number
}

/** What the callee says. */
export interface CalleePart {
  greeting: string
  table: Reply
  appointment: Reply
  hours: Reply
  /** To any other request. */
  other: Reply
  /** In the order in which they come. */
  cues?: readonly Cue[]
}

/** One level of a menu. */
export interface MenuLevel {
  /** The sentences, with a pause after each. */
  says: readonly string[]
  /** The keys that lead on. */
  keys: string
  /** What is said to any other key, and to none. */
  otherwise: string
}

/** A machine that answers. */
export type MachinePart =
  | { machine: 'voicemail'; greeting: string }
  | { machine: 'fax' }
  | { machine: 'silent' }
  | { machine: 'menu'; levels: readonly MenuLevel[]; person: CalleePart | null }

/** What a test number promises, and who does what to keep it. */
export interface Scenario extends TestNumber {
  carrier: CarrierPart
  callee: CalleePart | MachinePart | null
  model?: ModelTrouble
}

/** What a callee says when it picks up. */
export const GREETING = 'Hello, how can I help you?'

/** What a voicemail says before its beep. */
export const VOICEMAIL_GREETING =
  'Hi, you have reached us. We cannot come to the phone right now. Please leave a message after the tone.'

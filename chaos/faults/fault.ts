// The words in which a fault is planned: where it comes, and what it does.
// F1  A point is something that is seen from outside: a message on a wire, a line of a history, what a client reads.

export const KINDS = ['api', 'calls', 'media', 'temporal', 'store', 'carrier', 'model', 'deploy'] as const
export type Kind = (typeof KINDS)[number]

/** Who talks to whom; the first one opens the connection. Both instances of a process have a link of their own. */
export const LINKS = [
  'front>api',
  'api>store',
  'calls>store',
  'media>store',
  'api>temporal',
  'calls>temporal',
  'media>temporal',
  'calls>carrier',
  'carrier>media',
  'media>model',
  'calls>model',
] as const
export type LinkKind = (typeof LINKS)[number]

export type ProcessName = `${'api' | 'calls' | 'media'}-${1 | 2}`
/** What all of them need; started again on the data that it had. */
export type ServerName = 'temporal' | 'store'

/** The moment at which a fault comes, counted for the target call. */
export type Point =
  | { on: 'time'; afterMs: number }
  /** `before`: the message has not been handed on yet. `after`: its answer is there, and has not been handed on. */
  | { on: 'request'; link: LinkKind; saying: readonly string[]; nth: number; moment: 'before' | 'after' }
  | { on: 'activity'; activity: string; boundary: 'scheduled' | 'completed' }
  | { on: 'status'; status: 'dialing' | 'in_progress' }
  | { on: 'turns'; count: number }
  /** So many messages of the call's media stream have passed since the harness began to count. */
  | { on: 'frames'; count: number }
  /** The n-th message of the model to the call's session that contains `saying`. */
  | { on: 'model'; saying: string; nth: number }

/** `serving`: the process that the point was seen at. */
export type Victim = 'serving' | 'calls-both' | ProcessName

/** `outage`: as long as an outage may last that no call notices: a minute, scaled as the time-outs are. */
export type Duration = number | 'outage'

export type Cut =
  | { how: 'reset' }
  | { how: 'half-open' }
  | { how: 'delay'; ms: number }
  | { how: 'trickle'; bytesPerSecond: number }

export type Action =
  /** `and`: at the same moment. `again`: once more, so many messages of the call's next media stream later. */
  | { do: 'kill'; who: Victim; and?: Victim; again?: { frames: number } }
  /** kill -9, and so much later a new one on its data. */
  | { do: 'kill-server'; server: ServerName; awayMs: number }
  /** SIGTERM, and a new one when it has ended. */
  | { do: 'stop'; who: Victim }
  | { do: 'freeze'; who: Victim; forMs: number }
  /** All connections of these links: of both instances, or of the one that is serving. */
  | { do: 'cut'; links: readonly LinkKind[]; whose: 'serving' | 'all'; cut: Cut; forMs: Duration }
  /** What becomes of the message that the point names. */
  | { do: 'hold'; forMs: number }
  | { do: 'drop' }
  | { do: 'duplicate' }
  /** The proxy answers in place of the other side. */
  | { do: 'answer'; status: number }

export interface Fault {
  kind: Kind
  point: Point
  action: Action
}

/** A link that is slow, not broken. */
export interface Slow {
  link: LinkKind
  ms: number
}

/** One line for people. */
export const describeFault = ({ kind, point, action }: Fault): string =>
  `${kind}: ${JSON.stringify(action)} at ${JSON.stringify(point)}`

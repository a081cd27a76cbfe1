// Every fault that a plan can draw, by kind. `scenarios` are those in which its point is reached; none: in any.
import type { Random } from '../random.ts'
import type { Action, Cut, Fault, Kind, LinkKind, Point, ServerName, Victim } from './fault.ts'

export interface Drawn {
  fault: Fault
  scenarios: readonly string[] | null
  /** Its point is in the purchase of credits. */
  buys: boolean
}
type Part = { point: Point; action: Action; scenarios?: readonly string[]; buys?: true }
type Draw = (random: Random) => Part

/** People who talk for a while: their calls reach every activity and have several turns. */
export const TALKS = ['agrees', 'offers-another-time', 'fully-booked', 'menu', 'interrupts-once'] as const
const ANSWERED = [...TALKS, 'voicemail', 'hangs-up-mid-sentence', 'response-lost', 'callbacks-repeated'] as const

/** All ways to a server that everybody needs. */
export const ALL_LINKS_TO = {
  temporal: ['api>temporal', 'calls>temporal', 'media>temporal'],
  store: ['api>store', 'calls>store', 'media>store'],
} as const satisfies Record<string, readonly LinkKind[]>

export const ACTIVITIES = ['openCall', 'readWebsite', 'converse', 'placeCall', 'conclude', 'finish'] as const

const request = (
  link: LinkKind,
  nth: number,
  moment: 'before' | 'after',
  saying: readonly string[] = [],
): Point => ({
  on: 'request',
  link,
  saying,
  nth,
  moment,
})
const moment = (random: Random): 'before' | 'after' => random.pick(['before', 'after'] as const)
const anyCut = (random: Random): Cut =>
  random.pick([
    { how: 'reset' },
    { how: 'half-open' },
    { how: 'delay', ms: random.int(100, 400) },
    { how: 'trickle', bytesPerSecond: random.int(2_000, 20_000) },
  ] as const)
const inTheTalk = (random: Random): Point =>
  random.pick<Point>([
    { on: 'frames', count: random.int(1, 600) },
    { on: 'frames', count: random.int(1, 60) },
    { on: 'turns', count: random.int(1, 4) },
  ])
const anywhere = (random: Random): Point =>
  random.pick<Point>([
    { on: 'time', afterMs: random.int(0, 3_000) },
    {
      on: 'activity',
      activity: random.pick(ACTIVITIES),
      boundary: random.pick(['scheduled', 'completed'] as const),
    },
    { on: 'status', status: random.pick(['dialing', 'in_progress'] as const) },
    { on: 'frames', count: random.int(1, 400) },
  ])
const callsVictim = (random: Random): Victim =>
  random.pick<Victim>(['calls-1', 'calls-2', 'calls-both', 'calls-both'])

/** Between any two steps of POST /calls: the requests to the store that name the account or the call. */
const apiSteps: Draw = random => ({
  point: request('api>store', random.int(1, 7), moment(random)),
  action: { do: 'kill', who: 'serving' },
})
const apiFrozen: Draw = random => ({
  point: request('api>store', random.int(1, 7), moment(random)),
  action: { do: 'freeze', who: 'serving', forMs: random.pick([500, 6_000] as const) },
})
const apiCallback: Draw = random => ({
  point: request('front>api', random.int(1, 2), moment(random), [
    random.pick(['/status', '/instructions'] as const),
  ]),
  action: { do: 'kill', who: 'serving' },
  scenarios: ANSWERED,
})
const apiAnytime: Draw = random => ({
  point: anywhere(random),
  action: { do: 'kill', who: random.pick(['api-1', 'api-2'] as const) },
  scenarios: TALKS,
})

/** Between any two steps of a payment: the provider's event, and what is stored because of it. */
const apiPayment: Draw = random => ({
  point: random.pick([
    request('front>api', 1, 'before', ['/stripe/test/events']),
    request('front>api', 1, 'after', ['/stripe/test/events']),
    request('api>store', random.int(1, 3), moment(random), ['cs_test_']),
  ]),
  action: random.pick<Action>([
    { do: 'kill', who: 'serving' },
    { do: 'kill', who: 'serving' },
    { do: 'drop' },
    { do: 'freeze', who: 'serving', forMs: 1_000 },
  ]),
  buys: true,
})

const callsActivity: Draw = random => ({
  point: {
    on: 'activity',
    activity: random.pick(ACTIVITIES),
    boundary: random.pick(['scheduled', 'completed'] as const),
  },
  action: { do: 'kill', who: callsVictim(random) },
  scenarios: ANSWERED,
})
const callsDial: Draw = random => ({
  point: request('calls>carrier', 1, moment(random), ['Calls.json']),
  action: random.pick<Action>([
    { do: 'kill', who: 'serving' },
    { do: 'freeze', who: 'serving', forMs: 5_000 },
  ]),
})
const callsStore: Draw = random => ({
  point: request('calls>store', random.int(1, 20), moment(random)),
  action: { do: 'kill', who: 'serving' },
})
const callsFrozen: Draw = random => ({
  point: anywhere(random),
  action: {
    do: 'freeze',
    who: random.pick(['calls-1', 'calls-2'] as const),
    forMs: random.pick([1_000, 4_000] as const),
  },
})

const mediaKill: Draw = random => ({
  point: inTheTalk(random),
  action: { do: 'kill', who: 'serving' },
  scenarios: TALKS,
})
/** Its successor dies as well, when it has taken over. */
const mediaKillTwice: Draw = random => ({
  point: { on: 'frames', count: random.int(1, 300) },
  action: { do: 'kill', who: 'serving', again: { frames: random.int(1, 200) } },
  scenarios: TALKS,
})
const mediaAndCallsKill: Draw = random => ({
  point: inTheTalk(random),
  action: { do: 'kill', who: 'serving', and: random.pick(['calls-1', 'calls-2'] as const) },
  scenarios: TALKS,
})
const mediaFreeze: Draw = random => ({
  point: inTheTalk(random),
  action: { do: 'freeze', who: 'serving', forMs: random.pick([500, 8_000] as const) },
  scenarios: TALKS,
})
const mediaCut: Draw = random => ({
  point: inTheTalk(random),
  action: {
    do: 'cut',
    links: [random.pick(['carrier>media', 'media>store', 'media>temporal'] as const)],
    whose: 'serving',
    cut: anyCut(random),
    forMs: random.pick([300, 4_000] as const),
  },
  scenarios: TALKS,
})
const mediaBefore: Draw = random => ({
  point: random.pick<Point>([
    { on: 'status', status: 'dialing' },
    { on: 'activity', activity: 'converse', boundary: 'scheduled' },
    { on: 'activity', activity: 'placeCall', boundary: 'completed' },
  ]),
  action: { do: 'kill', who: random.pick(['media-1', 'media-2'] as const) },
  scenarios: ANSWERED,
})

const away =
  (links: readonly LinkKind[]): Draw =>
  random => ({
    point: anywhere(random),
    action: {
      do: 'cut',
      links: random.chance(0.6) ? links : [random.pick(links)],
      whose: 'all',
      cut: anyCut(random),
      forMs: random.pick([200, 1_000, 5_000] as const),
    },
  })

/** A minute without it, in the middle of a conversation. */
const outage =
  (links: readonly LinkKind[]): Draw =>
  random => ({
    point: inTheTalk(random),
    action: { do: 'cut', links, whose: 'all', cut: random.pick(GONE), forMs: 'outage' },
    scenarios: TALKS,
  })
const GONE: readonly Cut[] = [{ how: 'reset' }, { how: 'half-open' }]

const serverKill =
  (server: ServerName): Draw =>
  random => ({
    point: anywhere(random),
    action: { do: 'kill-server', server, awayMs: random.pick([0, 3_000] as const) },
    scenarios: ANSWERED,
  })

const dialAnswer: Draw = random => ({
  point: request('calls>carrier', 1, 'after', ['Calls.json']),
  action: random.pick<Action>([{ do: 'drop' }, { do: 'hold', forMs: random.int(200, 4_000) }]),
})
const dialRequest: Draw = random => ({
  point: request('calls>carrier', 1, 'before', ['Calls.json']),
  action: random.pick<Action>([
    { do: 'drop' },
    { do: 'hold', forMs: random.int(200, 4_000) },
    { do: 'answer', status: 502 },
    { do: 'answer', status: 403 },
  ]),
})
const callback: Draw = random => ({
  point: request('front>api', random.int(1, 4), moment(random), ['/status']),
  action: random.pick<Action>([
    { do: 'drop' },
    { do: 'duplicate' },
    { do: 'hold', forMs: random.int(200, 3_000) },
    { do: 'answer', status: 502 },
  ]),
  scenarios: [...ANSWERED, 'busy', 'no-answer'],
})
const instructions: Draw = random => ({
  point: request('front>api', random.int(1, 2), 'before', ['/instructions']),
  action: random.pick<Action>([{ do: 'duplicate' }, { do: 'hold', forMs: random.int(200, 2_000) }]),
  scenarios: TALKS,
})

const modelConnect: Draw = random => ({
  point: request('media>model', 1, 'before', ['Upgrade: websocket']),
  action: random.pick<Action>([
    { do: 'answer', status: 500 },
    { do: 'answer', status: 429 },
    { do: 'drop' },
    { do: 'hold', forMs: random.int(500, 3_000) },
  ]),
  scenarios: TALKS,
})
const modelSpeech: Draw = random => ({
  point: { on: 'model', saying: '"response.output_audio.delta"', nth: random.int(1, 30) },
  action: random.pick<Action>([{ do: 'drop' }, { do: 'hold', forMs: random.pick([300, 4_000] as const) }]),
  scenarios: TALKS,
})
const modelToken: Draw = random => ({
  point: { on: 'model', saying: '"response.created"', nth: random.int(1, 3) },
  action: random.pick<Action>([{ do: 'drop' }, { do: 'hold', forMs: random.pick([500, 4_000] as const) }]),
  scenarios: TALKS,
})
const modelJudge: Draw = random => ({
  point: request('calls>model', 1, moment(random), ['/responses']),
  action: random.pick<Action>([{ do: 'drop' }, { do: 'answer', status: 500 }, { do: 'hold', forMs: 2_000 }]),
  scenarios: TALKS,
})

const deploy: Draw = random => {
  const who = random.pick(['api-1', 'api-2', 'calls-1', 'calls-2', 'media-1', 'media-2'] as const)
  return { point: anywhere(random), action: { do: 'stop', who }, scenarios: TALKS }
}
const deployTalking: Draw = random => ({
  point: inTheTalk(random),
  action: { do: 'stop', who: 'serving' },
  scenarios: TALKS,
})
const deployApi: Draw = random => ({
  point: request('api>store', random.int(1, 7), moment(random)),
  action: { do: 'stop', who: 'serving' },
})

/** The ways of each kind; one that stands twice is drawn twice as often. */
export const CATALOGUE: Record<Kind, readonly Draw[]> = {
  api: [apiSteps, apiSteps, apiFrozen, apiCallback, apiAnytime, apiPayment],
  calls: [callsActivity, callsActivity, callsDial, callsStore, callsFrozen],
  media: [mediaKill, mediaKillTwice, mediaAndCallsKill, mediaFreeze, mediaCut, mediaBefore],
  temporal: [
    ...Array.from({ length: 3 }, () => away(ALL_LINKS_TO.temporal)),
    outage(ALL_LINKS_TO.temporal),
    serverKill('temporal'),
  ],
  store: [
    ...Array.from({ length: 3 }, () => away(ALL_LINKS_TO.store)),
    outage(ALL_LINKS_TO.store),
    serverKill('store'),
  ],
  carrier: [dialAnswer, dialRequest, callback, callback, instructions],
  model: [modelConnect, modelSpeech, modelToken, modelJudge],
  deploy: [deploy, deployTalking, deployApi],
}

/** A fault of a kind. */
export const faultOf = (kind: Kind, random: Random): Drawn => {
  const { point, action, scenarios, buys = false } = random.pick(CATALOGUE[kind])(random)
  return { fault: { kind, point, action }, scenarios: scenarios ?? null, buys }
}

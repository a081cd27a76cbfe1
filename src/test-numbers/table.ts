// Every test number: what happens on a call to it with a test key, and how the call ends. Clients rely on both.
// Data alone: the API shows it, and whoever makes it happen does so elsewhere.

/** As what a call must end; `credits` are those that it costs. */
export interface TestCallEnd {
  status: 'completed' | 'failed' | 'canceled'
  outcome: 'achieved' | 'partial' | 'not_achieved' | null
  errorCode: string | null
  credits: 0 | 1
}

export interface TestNumber {
  /** E.164. */
  number: string
  name: string
  description: string
  ends: TestCallEnd
}

const completed = (outcome: 'achieved' | 'partial' | 'not_achieved'): TestCallEnd => ({
  status: 'completed',
  outcome,
  errorCode: null,
  credits: 1,
})
const failed = (errorCode: string): TestCallEnd => ({ status: 'failed', outcome: null, errorCode, credits: 0 })

const ACHIEVED = completed('achieved')
const PARTIAL = completed('partial')
const NOT_ACHIEVED = completed('not_achieved')

const TABLE = {
  agrees: {
    number: '+14155550100',
    description: 'Picks up, agrees to what is asked, asks for a name and confirms.',
    ends: ACHIEVED,
  },
  'offers-another-time': {
    number: '+14155550101',
    description: 'Picks up, has nothing at the time that is asked for, and offers a later one.',
    ends: PARTIAL,
  },
  'fully-booked': {
    number: '+14155550102',
    description: 'Picks up, and has nothing to offer.',
    ends: NOT_ACHIEVED,
  },
  busy: { number: '+14155550103', description: 'The line is engaged.', ends: failed('busy') },
  'no-answer': {
    number: '+14155550104',
    description: 'It rings until the carrier gives up.',
    ends: failed('no_answer'),
  },
  refused: {
    number: '+14155550105',
    description: 'The carrier does not dial: it answers that the number is not valid.',
    ends: failed('call_failed'),
  },
  'interrupts-once': {
    number: '+14155550106',
    description: "Speaks into the agent's first words, then listens and agrees.",
    ends: ACHIEVED,
  },
  'interrupts-always': {
    number: '+14155550107',
    description: 'Speaks into whatever the agent says, ten times in a row, and then hangs up.',
    ends: NOT_ACHIEVED,
  },
  'talks-at-the-same-time': {
    number: '+14155550108',
    description: 'Begins to speak whenever the agent does, and does not stop for it.',
    ends: ACHIEVED,
  },
  'hangs-up-mid-sentence': {
    number: '+14155550109',
    description: "Speaks into the agent's first words, and hangs up in the middle of its own.",
    ends: NOT_ACHIEVED,
  },
  'hangs-up-at-once': {
    number: '+14155550110',
    description: 'Picks up and hangs up, before anybody has said a word.',
    ends: NOT_ACHIEVED,
  },
  'hangs-up-during-goodbye': {
    number: '+14155550111',
    description: 'Agrees, and hangs up while the agent says goodbye.',
    ends: ACHIEVED,
  },
  'asks-a-question-at-goodbye': {
    number: '+14155550112',
    description: 'Agrees, and asks something while the agent says goodbye.',
    ends: ACHIEVED,
  },
  'forbids-further-calls': {
    number: '+14155550113',
    description: 'Asks never to be called again, and is on the do-not-call list from then on.',
    ends: NOT_ACHIEVED,
  },
  voicemail: {
    number: '+14155550120',
    description: 'A voicemail answers with a greeting and a beep; a message is left.',
    ends: PARTIAL,
  },
  'voicemail-taken-for-a-person': {
    number: '+14155550121',
    description: 'A voicemail answers, and the carrier takes it for a person.',
    ends: PARTIAL,
  },
  'person-taken-for-a-machine': {
    number: '+14155550122',
    description: 'A person answers and agrees, and the carrier takes that person for a machine.',
    ends: ACHIEVED,
  },
  fax: { number: '+14155550123', description: 'A fax answers with its tone.', ends: NOT_ACHIEVED },
  'silent-line': {
    number: '+14155550124',
    description: 'Somebody or something picks up, and is never heard.',
    ends: NOT_ACHIEVED,
  },
  menu: {
    number: '+14155550125',
    description: 'A menu of two levels, and then a person who agrees.',
    ends: ACHIEVED,
  },
  'menu-without-end': {
    number: '+14155550126',
    description: 'A menu that leads back to itself, whatever is pressed.',
    ends: NOT_ACHIEVED,
  },
  'tries-to-take-over': {
    number: '+14155550130',
    description: 'Gives the agent orders of all kinds, and has nothing free.',
    ends: NOT_ACHIEVED,
  },
  'response-lost': {
    number: '+14155550140',
    description: 'The carrier dials, and its answer to the dial is lost on the way.',
    ends: ACHIEVED,
  },
  'server-error-after-accepting': {
    number: '+14155550141',
    description: 'The carrier dials, and answers with its own 500.',
    ends: ACHIEVED,
  },
  'callback-before-the-response': {
    number: '+14155550142',
    description: 'The first callback comes before the answer to the dial.',
    ends: ACHIEVED,
  },
  'not-json': {
    number: '+14155550143',
    description: 'The carrier dials; in its place somebody answers with a page of HTML.',
    ends: ACHIEVED,
  },
  'rate-limited-once': {
    number: '+14155550144',
    description: 'The first request to dial is one too many and is not processed; the next is.',
    ends: ACHIEVED,
  },
  'callbacks-repeated': {
    number: '+14155550145',
    description: 'Every callback comes twice, and the later one of two comes first.',
    ends: ACHIEVED,
  },
  'response-and-callbacks-lost': {
    number: '+14155550146',
    description:
      "The line is busy. Neither an answer to the dial nor a callback says so: only the carrier's list of calls does.",
    ends: failed('busy'),
  },
  'stream-break-ends-call': {
    number: '+14155550147',
    description: 'The call would end if the socket of its media stream broke off.',
    ends: ACHIEVED,
  },
  'stream-opened-twice': {
    number: '+14155550148',
    description: 'A second media stream comes with the same start while the first is served.',
    ends: ACHIEVED,
  },
  'status-goes-backwards': {
    number: '+14155550149',
    description: 'The callback for ringing comes after the answer, the one for initiated after the end.',
    ends: ACHIEVED,
  },
  'model-drops': {
    number: '+14155550150',
    description: 'The socket of the model drops in the middle of its first sentence.',
    ends: ACHIEVED,
  },
  'model-closes-always': {
    number: '+14155550151',
    description: 'The model closes every session in the middle of a sentence, until no other is tried.',
    ends: failed('call_failed'),
  },
  'model-session-expires': {
    number: '+14155550152',
    description: 'The time of the session is over in the middle of its first sentence.',
    ends: ACHIEVED,
  },
  'model-server-error': {
    number: '+14155550153',
    description:
      'The model tells of an error of its server in the middle of its first sentence, and falls silent.',
    ends: ACHIEVED,
  },
  'model-cut-frame': {
    number: '+14155550154',
    description: 'The model sends half of an event in the middle of its first sentence.',
    ends: ACHIEVED,
  },
  'model-silent': {
    number: '+14155550155',
    description: 'The model begins to answer the greeting, and not a word comes.',
    ends: ACHIEVED,
  },
  'model-overloaded-after': {
    number: '+14155550156',
    description: 'The first two requests to judge the call are answered with 503.',
    ends: ACHIEVED,
  },
  'callbacks-late': {
    number: '+14155550157',
    description: 'No status callback comes before the call is over; then all of them do.',
    ends: ACHIEVED,
  },
  'callbacks-lost': {
    number: '+14155550158',
    description: 'No status callback comes at all; the call itself goes on.',
    ends: ACHIEVED,
  },
} satisfies Record<string, Omit<TestNumber, 'name'>>

/** The test number of a name. */
export const testNumber = (name: keyof typeof TABLE): TestNumber => ({ name, ...TABLE[name] })

/** All of them, in the order of their numbers; every other number that can be called does as the first. */
export const TEST_NUMBERS: readonly TestNumber[] = Object.entries(TABLE).map(([name, rest]) => ({ name, ...rest }))

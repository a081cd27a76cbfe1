// What POST Calls.json takes, name by name, as documented; anything else is refused.
// Source: https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource
import { CarrierError, invalidParameter } from './errors.ts'

export type Method = 'GET' | 'POST'
export type ProgressEvent = 'initiated' | 'ringing' | 'answered' | 'completed'

/** Where the carrier gets its instructions from. */
export type Instructions = { kind: 'url'; url: string; method: Method } | { kind: 'twiml'; text: string }

export interface Callback {
  url: string
  method: Method
}

/** A request to dial, checked. */
export interface CallParameters {
  to: string
  from: string
  instructions: Instructions
  fallback: Callback | null
  statusCallback: Callback | null
  statusEvents: ReadonlySet<ProgressEvent>
  timeoutSeconds: number
  timeLimitSeconds: number
  machineDetection: {
    async: boolean
    /** A machine is told of when its greeting is over, not when it is noticed. */
    untilMessageEnd: boolean
    callback: Callback | null
  } | null
}

const MAX_TWIML_CHARACTERS = 4000
const DEFAULT_TIME_LIMIT_SECONDS = 14_400

const METHODS: readonly Method[] = ['GET', 'POST']
const PROGRESS_EVENTS: readonly ProgressEvent[] = ['initiated', 'ringing', 'answered', 'completed']

type Check = (value: string, name: string) => void

const oneOf =
  (...allowed: readonly string[]): Check =>
  (value, name) => {
    if (!allowed.includes(value))
      throw invalidParameter(`${name} must be one of ${allowed.join(', ')}, not '${value}'`)
  }
const integer =
  (least: number, most: number): Check =>
  (value, name) => {
    if (!/^\d+$/.test(value) || Number(value) < least || Number(value) > most)
      throw invalidParameter(`${name} must be an integer from ${least} to ${most}, not '${value}'`)
  }
const url =
  (code: number): Check =>
  (value, name) => {
    if (!isWebUrl(value)) throw new CarrierError(400, code, `${name} is not a valid URL: ${value}`)
  }
const anything: Check = () => undefined
const boolean = oneOf('true', 'false')
const method = oneOf(...METHODS)

// Parameters that need a trunk, SIP or a phone app are known, and refused, because nothing here acts on them.
const unsupported: Check = (_value, name) => {
  throw invalidParameter(`${name} is not supported by this carrier`)
}

const CREATE: Record<string, Check> = {
  To: anything,
  From: anything,
  Url: url(21205),
  Twiml: anything,
  Method: method,
  FallbackUrl: url(21206),
  FallbackMethod: method,
  StatusCallback: url(21609),
  StatusCallbackMethod: method,
  StatusCallbackEvent: oneOf(...PROGRESS_EVENTS),
  Timeout: integer(1, 600),
  TimeLimit: integer(1, 86_400),
  SendDigits: (value, name) => {
    if (!/^[0-9A-D#*wW]{0,32}$/.test(value))
      throw invalidParameter(`${name} must be at most 32 of 0-9 A-D # * w W`)
  },
  Record: boolean,
  RecordingChannels: oneOf('mono', 'dual'),
  RecordingTrack: oneOf('inbound', 'outbound', 'both'),
  RecordingStatusCallback: url(21609),
  RecordingStatusCallbackMethod: method,
  RecordingStatusCallbackEvent: anything,
  Trim: oneOf('trim-silence', 'do-not-trim'),
  MachineDetection: oneOf('Enable', 'DetectMessageEnd'),
  MachineDetectionTimeout: integer(3, 59),
  MachineDetectionSpeechThreshold: integer(1000, 6000),
  MachineDetectionSpeechEndThreshold: integer(500, 5000),
  MachineDetectionSilenceTimeout: integer(2000, 10_000),
  AsyncAmd: boolean,
  AsyncAmdStatusCallback: url(21609),
  AsyncAmdStatusCallbackMethod: method,
  CallReason: anything,
  CallerId: anything,
  ApplicationSid: unsupported,
  Byoc: unsupported,
  CallToken: unsupported,
  ClientNotificationUrl: unsupported,
  Passports: unsupported,
  RecordingConfigurationId: unsupported,
  SipAuthUsername: unsupported,
  SipAuthPassword: unsupported,
}

const UPDATE: Record<string, Check> = {
  Url: url(21205),
  Method: method,
  Twiml: anything,
  Status: oneOf('completed', 'canceled'),
  FallbackUrl: url(21206),
  FallbackMethod: method,
  StatusCallback: url(21609),
  StatusCallbackMethod: method,
  TimeLimit: integer(1, 86_400),
}

/** Checks a dial. Throws the CarrierError that Twilio would answer. */
export const parseCreate = (form: URLSearchParams): CallParameters => {
  checkAll(form, CREATE)
  const to = form.get('To') ?? ''
  const from = form.get('From') ?? ''
  if (!to) throw new CarrierError(400, 21201, "No 'To' number is specified")
  if (!from) throw new CarrierError(400, 21213, "Caller phone number ('From') is required")
  if (!isPhoneNumber(to))
    throw new CarrierError(400, 21211, `The phone number you are attempting to call, ${to}, is not valid.`)
  if (!isPhoneNumber(from))
    throw new CarrierError(400, 21212, `The source phone number provided, ${from}, is not valid.`)
  const instructions = instructionsOf(form)
  if (!instructions) throw new CarrierError(400, 21205, 'Url or Twiml is required')
  return {
    to,
    from,
    instructions,
    ...callbacksOf(form),
    statusEvents: new Set(eventsOf(form)),
    timeoutSeconds: Number(form.get('Timeout') ?? 60),
    timeLimitSeconds: Number(form.get('TimeLimit') ?? DEFAULT_TIME_LIMIT_SECONDS),
    // "If SendDigits is provided, this parameter is ignored."
    machineDetection:
      form.has('MachineDetection') && !form.has('SendDigits')
        ? {
            async: form.get('AsyncAmd') === 'true',
            untilMessageEnd: form.get('MachineDetection') === 'DetectMessageEnd',
            callback: callbackOf(form, 'AsyncAmdStatusCallback'),
          }
        : null,
  }
}

/** What POST Calls/{sid}.json may change. */
export interface CallUpdate {
  status: 'completed' | 'canceled' | null
  instructions: Instructions | null
  fallback: Callback | null
  statusCallback: Callback | null
  timeLimitSeconds: number | null
}

/** Checks a change to a live call. Throws the CarrierError that Twilio would answer. */
export const parseUpdate = (form: URLSearchParams): CallUpdate => {
  checkAll(form, UPDATE)
  if (form.has('Url') && form.has('Twiml')) throw invalidParameter('Url and Twiml are mutually exclusive')
  return {
    status: form.get('Status') as CallUpdate['status'],
    instructions: instructionsOf(form),
    ...callbacksOf(form),
    timeLimitSeconds: form.has('TimeLimit') ? Number(form.get('TimeLimit')) : null,
  }
}

const checkAll = (form: URLSearchParams, table: Record<string, Check>): void => {
  for (const [name, value] of form) {
    const check = Object.hasOwn(table, name) ? table[name] : undefined
    if (!check) throw invalidParameter(`Unknown parameter: ${name}`)
    check(value, name)
  }
  for (const name of new Set(form.keys()))
    if (name !== 'StatusCallbackEvent' && form.getAll(name).length > 1)
      throw invalidParameter(`${name} is given twice`)
  if ((form.get('Twiml')?.length ?? 0) > MAX_TWIML_CHARACTERS)
    throw invalidParameter(`Twiml may have at most ${MAX_TWIML_CHARACTERS} characters`)
}

// "If both twiml and url are provided then twiml parameter will be ignored."
const instructionsOf = (form: URLSearchParams): Instructions | null => {
  const at = callbackOf(form, 'Url', 'Method')
  if (at) return { kind: 'url', ...at }
  const text = form.get('Twiml')
  return text === null ? null : { kind: 'twiml', text }
}

const callbacksOf = (form: URLSearchParams) => ({
  fallback: callbackOf(form, 'FallbackUrl', 'FallbackMethod'),
  statusCallback: callbackOf(form, 'StatusCallback'),
})

const callbackOf = (form: URLSearchParams, name: string, methodName = `${name}Method`): Callback | null => {
  const at = form.get(name)
  return at === null ? null : { url: at, method: form.get(methodName) === 'GET' ? 'GET' : 'POST' }
}

const eventsOf = (form: URLSearchParams): ProgressEvent[] => {
  const asked = PROGRESS_EVENTS.filter(event => form.getAll('StatusCallbackEvent').includes(event))
  return asked.length === 0 ? ['completed'] : asked
}

const isPhoneNumber = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(text)

const isWebUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

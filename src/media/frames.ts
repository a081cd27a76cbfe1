// The carrier's Media Streams messages. Source: Twilio, "Media Streams – WebSocket Messages": JSON text frames,
// numbers as strings. What the document does not have in this shape is `invalid`; an event it does not name, `unknown`.

/** A message from the carrier. `timestampMs` counts from the stream's start, to the beginning of the audio. */
export type CarrierMessage =
  | { kind: 'connected' }
  | { kind: 'start'; streamSid: string; callSid: string; parameters: Record<string, string> }
  | { kind: 'media'; streamSid: string; track: string; timestampMs: number; payload: string }
  | { kind: 'mark'; streamSid: string; name: string }
  | { kind: 'dtmf'; streamSid: string; digit: string }
  | { kind: 'stop'; streamSid: string }
  | { kind: 'unknown'; event: string }
  | { kind: 'invalid'; problem: string }

type Fields = Record<string, unknown>

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const FORMAT = { encoding: 'audio/x-mulaw', sampleRate: '8000', channels: '1' } as const

// A frame of audio as the carrier sends it: these keys in this order, no white space, no escapes. Nearly all messages
// are this one, so it alone is read without `JSON.parse`.
const MEDIA =
  /^\{"event":"media","sequenceNumber":"\d+","media":\{"track":"([a-z]+)","chunk":"\d+","timestamp":"(\d{1,12})","payload":"([A-Za-z0-9+/]+={0,2})"\},"streamSid":"([A-Za-z0-9]+)"\}$/

/** Reads one text frame, as `parseCarrierMessage` would. */
export const readCarrierMessage = (frame: Buffer): CarrierMessage => {
  const [, track = '', timestamp = '', payload = '', streamSid = ''] = MEDIA.exec(frame.toString('latin1')) ?? []
  if (payload === '' || payload.length % 4 !== 0) return parseCarrierMessage(frame.toString())
  return { kind: 'media', streamSid, track, timestampMs: Number(timestamp), payload }
}

/** Parses one text frame; never throws. */
export const parseCarrierMessage = (text: string): CarrierMessage => {
  const message = parseObject(text)
  if (!message) return { kind: 'invalid', problem: 'not a JSON object' }
  const event = message.event
  if (typeof event !== 'string') return { kind: 'invalid', problem: 'no event' }
  if (event === 'connected') return { kind: 'connected' }
  const parse = Object.hasOwn(PARSERS, event) ? PARSERS[event] : undefined
  if (!parse) return { kind: 'unknown', event: event.slice(0, 40) }
  const streamSid = message.streamSid
  const body = event === 'stop' ? {} : objectOf(message[event])
  const parsed = typeof streamSid === 'string' && streamSid !== '' && body ? parse(streamSid, body) : null
  return parsed ?? { kind: 'invalid', problem: `malformed ${event}` }
}

const PARSERS: Record<string, (streamSid: string, body: Fields) => CarrierMessage | null> = {
  media: (streamSid, { track, timestamp, payload }) => {
    const timestampMs = wholeNumber(timestamp)
    if (typeof payload !== 'string' || payload.length % 4 !== 0 || !BASE64.test(payload)) return null
    if (timestampMs === null || typeof track !== 'string') return null
    return { kind: 'media', streamSid, track, timestampMs, payload }
  },
  start: (streamSid, { callSid, streamSid: inner, customParameters, mediaFormat }) => {
    const parameters = stringsOf(customParameters ?? {})
    const format = objectOf(mediaFormat)
    const isMulaw = format && Object.entries(FORMAT).every(([key, value]) => String(format[key]) === value)
    if (typeof callSid !== 'string' || inner !== streamSid || !parameters || !isMulaw) return null
    return { kind: 'start', streamSid, callSid, parameters }
  },
  mark: (streamSid, { name }) => (typeof name === 'string' ? { kind: 'mark', streamSid, name } : null),
  dtmf: (streamSid, { digit }) => (typeof digit === 'string' ? { kind: 'dtmf', streamSid, digit } : null),
  stop: streamSid => ({ kind: 'stop', streamSid }),
}

/** Makes the messages that play audio on a stream, of base64 of µ-law of any length: it needs no escapes. */
export const mediaMessages = (streamSid: string): ((payload: string) => string) => {
  const beforePayload = `{"event":"media","streamSid":${JSON.stringify(streamSid)},"media":{"payload":"`
  return payload => `${beforePayload}${payload}"}}`
}

/** The message that comes back when everything sent before it was played, or was thrown away by a `clear`. */
export const markMessage = (streamSid: string, name: string): string =>
  JSON.stringify({ event: 'mark', streamSid, mark: { name } })

/** The message that throws away everything that was not played yet. */
export const clearMessage = (streamSid: string): string => JSON.stringify({ event: 'clear', streamSid })

/** The bytes that a base64 text stands for, without decoding it. */
export const bytesOf = (base64: string): number => {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding)
}

const parseObject = (text: string): Fields | null => {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return null
  }
}

const objectOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null

const wholeNumber = (value: unknown): number | null =>
  typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : null

const stringsOf = (value: unknown): Record<string, string> | null => {
  const fields = objectOf(value)
  if (!fields || Object.values(fields).some(field => typeof field !== 'string')) return null
  return fields as Record<string, string>
}

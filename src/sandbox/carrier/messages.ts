// What may come over a media stream from our side.
// Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages, errors 31950 and 31951
import { z } from 'zod'

const media = z.strictObject({
  event: z.literal('media'),
  streamSid: z.string(),
  media: z.strictObject({ payload: z.base64() }),
})
const mark = z.strictObject({
  event: z.literal('mark'),
  streamSid: z.string(),
  mark: z.strictObject({ name: z.string() }),
})
const clear = z.strictObject({ event: z.literal('clear'), streamSid: z.string() })
const message = z.discriminatedUnion('event', [media, mark, clear])

export type StreamMessage =
  | { kind: 'media'; audio: Uint8Array }
  | { kind: 'mark'; name: string }
  | { kind: 'clear' }
  | { kind: 'invalid'; code: 31950 | 31951; reason: string }

/** Reads one WebSocket message for that stream; a message that Twilio would not take is `invalid`. */
export const parseMessage = (data: Buffer, isBinary: boolean, streamSid: string): StreamMessage => {
  if (isBinary) return { kind: 'invalid', code: 31950, reason: 'a binary message' }
  const parsed = message.safeParse(jsonOf(data.toString('utf8')))
  if (!parsed.success) return invalid(z.prettifyError(parsed.error).replaceAll('\n', ' '))
  if (parsed.data.streamSid !== streamSid) return invalid('streamSid does not match the active stream')
  switch (parsed.data.event) {
    case 'media':
      return { kind: 'media', audio: Buffer.from(parsed.data.media.payload, 'base64') }
    case 'mark':
      return { kind: 'mark', name: parsed.data.mark.name }
    case 'clear':
      break
  }
  return { kind: 'clear' }
}

const invalid = (reason: string): StreamMessage => ({ kind: 'invalid', code: 31951, reason })

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

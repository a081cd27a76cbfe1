// The carrier's side of a stream, scripted by the test: Twilio's Media Streams messages as documented.
import { once } from 'node:events'
import { WebSocket } from 'ws'

import { createMailbox } from './media-mailbox.ts'

export interface StreamMessage {
  event: string
  streamSid?: string
  media?: { payload: string }
  mark?: { name: string }
}

const SILENCE = Buffer.alloc(160, 0xff).toString('base64')
const STREAM = 'MZ0123'

/** A carrier that opens one stream. */
export const connectCarrier = async (port: number) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/streams`)
  const messages = createMailbox<StreamMessage>()
  socket.on('message', data => messages.deliver(JSON.parse((data as Buffer).toString()) as StreamMessage))
  const closed = new Promise<number>(resolve => socket.once('close', resolve))
  await once(socket, 'open')
  let sequence = 0
  let timestampMs = 0
  let taken = 0

  const send = (event: string, fields: object = {}): void =>
    socket.send(JSON.stringify({ event, sequenceNumber: `${++sequence}`, streamSid: STREAM, ...fields }))

  const hears = (payload: string): void => {
    const [chunk, timestamp] = [`${timestampMs / 20 + 1}`, `${timestampMs}`]
    send('media', { media: { track: 'inbound', chunk, timestamp, payload } })
    timestampMs += 20
  }

  const next = async (event: string): Promise<StreamMessage> => {
    const message = await messages.until((one): one is StreamMessage => one.event === event, taken)
    taken = messages.all.indexOf(message, taken) + 1
    return message
  }

  return {
    socket,
    messages: messages.all,
    closed,
    send,
    /** Introduces the stream as the instructions route told the carrier to. */
    start: (parameters: Record<string, string>): void => {
      socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }))
      send('start', {
        start: {
          accountSid: 'AC1',
          callSid: 'CA1',
          streamSid: STREAM,
          tracks: ['inbound'],
          customParameters: parameters,
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        },
      })
    },
    /** Lets that much media time pass, in frames of silence. */
    pass: (ms: number): void => {
      for (let passedMs = 0; passedMs < ms; passedMs += 20) hears(SILENCE)
    },
    /** The callee's side sounds like this, 20 ms each. */
    sounds: (frames: Uint8Array[]): void => {
      for (const frame of frames) hears(Buffer.from(frame).toString('base64'))
    },
    next,
    /** Waits for that many marks; the carrier has then been given what is before them. */
    marks: async (count: number): Promise<string[]> => {
      const names: string[] = []
      while (names.length < count) names.push((await next('mark')).mark!.name)
      return names
    },
    /** Says that everything before these marks was played, or thrown away. */
    returns: (names: string[]): void => {
      for (const name of names) send('mark', { mark: { name } })
    },
  }
}

export type ScriptedCarrier = Awaited<ReturnType<typeof connectCarrier>>

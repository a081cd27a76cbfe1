// One bidirectional media stream: the carrier's WebSocket to our side.
// S1  Messages go out in the order connected, start, media…, stop; numbers in them are strings.
// S2  What our side has taken is known from the pongs to pings sent after the media: they come in order.
// S3  A message that is not as documented is warned of, once, and ends the stream.
// Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages
import { WebSocket } from 'ws'
import { FRAME_SAMPLES, SAMPLE_RATE, silence } from '../voice/mulaw.ts'
import { TICK_MS } from '../voice/clock.ts'
import type { StreamAccount } from './account.ts'
import type { WarningCode } from './errors.ts'
import { parseMessage } from './messages.ts'
import { createPlayout } from './playout.ts'
import { signatureOf } from './signature.ts'
import type { StreamNoun } from './twiml.ts'

/** How a stream ended: `refused` before it began, `stopped` by the carrier, the others by our side. */
export type StreamEnd = NonNullable<StreamAccount['end']>

export interface StreamOptions {
  noun: StreamNoun
  ids: { accountSid: string; callSid: string; streamSid: string }
  authToken: string
  account: StreamAccount
  /** Aborting it stops the stream in order. */
  signal: AbortSignal
  warn: (code: WarningCode, detail: string) => void
  /** The socket is open and `start` is sent. */
  onOpen: () => void
  /** Our side has taken everything that was sent until this media time. */
  onTaken: (mediaMs: number) => void
}

export interface Stream {
  /** The next 20 ms for the callee. */
  play: () => Uint8Array
  /** Sends 20 ms of the callee. */
  carry: (inbound: Uint8Array, mediaMs: number) => void
  ended: Promise<StreamEnd>
}

const HANDSHAKE_TIMEOUT_MS = 15_000
const CLOSE_TIMEOUT_MS = 2000
const NORMAL_CLOSE = 1000

/** Opens a stream; its end is a value. */
export const openStream = (options: StreamOptions): Stream => {
  const { noun, account, warn } = options
  const { accountSid, callSid, streamSid } = options.ids
  const playout = createPlayout()
  let playedMarks: string[] = []
  let sequenceNumber = 0
  let chunk = 0
  let pinged = false
  let end: StreamEnd | null = null
  const { promise: ended, resolve } = Promise.withResolvers<StreamEnd>()
  const socket = new WebSocket(noun.url, {
    headers: { 'x-twilio-signature': signatureOf(options.authToken, noun.url) },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    perMessageDeflate: false,
  })

  const send = (event: string, body: Record<string, unknown>): void => {
    if (socket.readyState !== WebSocket.OPEN) return
    sequenceNumber++
    socket.send(JSON.stringify({ event, sequenceNumber: String(sequenceNumber), ...body, streamSid }))
  }
  const sendMarks = (names: string[]): void => {
    for (const name of names) send('mark', { mark: { name } })
  }

  const start = (): void => {
    socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }))
    send('start', {
      start: {
        accountSid,
        streamSid,
        callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: SAMPLE_RATE, channels: 1 },
        customParameters: noun.parameters,
      },
    })
    options.onOpen()
  }

  const take = (data: Buffer, isBinary: boolean): void => {
    if (end) return
    const message = parseMessage(data, isBinary, streamSid)
    if (message.kind === 'media') playout.media(message.audio)
    else if (message.kind === 'mark') sendMarks(playout.mark(message.name))
    else if (message.kind === 'clear') sendMarks(playout.clear())
    else {
      warn(message.code, message.reason)
      stop('invalid')
    }
  }

  const stop = (why: StreamEnd): void => {
    if (end) return
    end = why
    resolve(end)
    if (socket.readyState === WebSocket.CONNECTING) return socket.terminate()
    send('stop', { stop: { accountSid, callSid } })
    socket.close(NORMAL_CLOSE)
    setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref()
  }
  const onAbort = (): void => stop('stopped')

  socket.on('open', start)
  socket.on('message', (data, isBinary) => take(data as Buffer, isBinary))
  socket.on('pong', payload => {
    pinged = false
    options.onTaken(Number(payload.toString()))
  })
  socket.on('error', error => {
    if (end || socket.readyState === WebSocket.OPEN) return
    end = 'refused'
    warn(...faultOf(error))
  })
  socket.on('close', (code, reason) => {
    options.signal.removeEventListener('abort', onAbort)
    account.closeCode = code
    end ??= code === NORMAL_CLOSE || code === 1005 ? 'served' : 'broken'
    if (end === 'broken') warn(31921, `our side closed with ${code} ${reason.toString()}`)
    resolve(end)
  })
  if (options.signal.aborted) onAbort()
  else options.signal.addEventListener('abort', onAbort)

  return {
    play: () => {
      const { frame, marks } = playout.next()
      playedMarks = marks
      if (frame) account.framesPlayed++
      return frame ?? silence(FRAME_SAMPLES)
    },
    carry: (inbound, mediaMs) => {
      chunk++
      const payload = Buffer.from(inbound).toString('base64')
      const timestamp = String((chunk - 1) * TICK_MS)
      send('media', { media: { track: 'inbound', chunk: String(chunk), timestamp, payload } })
      account.framesSent++
      sendMarks(playedMarks)
      playedMarks = []
      if (pinged || socket.readyState !== WebSocket.OPEN) return
      pinged = true
      socket.ping(String(mediaMs))
    },
    ended,
  }
}

const faultOf = (error: Error & { code?: string }): [WarningCode, string] => {
  if (error.code === 'ECONNREFUSED') return [31902, error.message]
  if (/handshake has timed out|ETIMEDOUT/.test(error.message)) return [31901, error.message]
  if (/SSL|TLS|certificate/i.test(`${error.code} ${error.message}`)) return [31910, error.message]
  return [31920, error.message]
}

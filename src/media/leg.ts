import type { Duplex } from 'node:stream'

import type { RawData, WebSocket } from 'ws'

import { clearMessage, markMessage, mediaMessages, readCarrierMessage } from './frames.ts'
import type { CarrierMessage } from './frames.ts'
import type { Log } from '../log.ts'

/** What an admitted stream brings. After `closed` nothing more comes. */
export type LegEvent =
  | { kind: 'media'; timestampMs: number; payload: string }
  | { kind: 'mark'; name: string }
  | { kind: 'dtmf'; digit: string }
  | { kind: 'stop' }
  | { kind: 'closed' }

/** The phone's side of a conversation: one admitted stream. */
export interface Leg {
  /** Plays audio, and has its mark come back when it was played. */
  play: (payload: string, mark: string) => void
  clear: () => void
  /** Closes the socket; the carrier then asks for its next instructions. */
  close: (code: number, reason: string) => void
  /** Hands over the events, those that came before this call first. */
  listen: (onEvent: (event: LegEvent) => void) => void
}

/** A leg over a socket, on its `connection`, whose `start` was admitted; the socket stays paused until somebody listens. */
export const createLeg = (socket: WebSocket, connection: Duplex, streamSid: string, log: Log): Leg => {
  const mediaMessage = mediaMessages(streamSid)
  let waiting: LegEvent[] = []
  let handle: (event: LegEvent) => void = event => waiting.push(event)

  const refuse = (problem: string): void => {
    log.warn({ problem }, 'the carrier sent what it must not send: stream closed')
    socket.close(1008, problem.slice(0, 100))
  }

  const onMessage = (data: RawData, isBinary: boolean): void => {
    // Once it is being closed, nothing that still comes counts.
    if (socket.readyState !== socket.OPEN) return
    if (isBinary) return refuse('binary message')
    // With the default binaryType a message is one Buffer.
    const message = readCarrierMessage(data as Buffer)
    if (isOfAnotherStream(message, streamSid)) return refuse('message of another stream')
    switch (message.kind) {
      case 'media':
        // The other track is our own voice.
        return message.track === 'inbound' ? handle(message) : undefined
      case 'mark':
      case 'dtmf':
      case 'stop':
        return handle(message)
      case 'unknown':
        return log.warn({ event: message.event }, 'the carrier sent an event that is not known here')
      case 'connected':
      case 'start':
        return refuse(`a second ${message.kind}`)
      case 'invalid':
        return refuse(message.problem)
    }
  }

  const send = (message: string): void => {
    if (socket.readyState === socket.OPEN) socket.send(message)
  }

  socket.on('message', onMessage)
  socket.once('close', () => handle({ kind: 'closed' }))

  return {
    play: (payload, mark) => {
      // Both leave in one write.
      connection.cork()
      send(mediaMessage(payload))
      send(markMessage(streamSid, mark))
      connection.uncork()
    },
    clear: () => send(clearMessage(streamSid)),
    close: (code, reason) => socket.close(code, reason),
    listen: onEvent => {
      handle = onEvent
      const before = waiting
      waiting = []
      for (const event of before) onEvent(event)
      socket.resume()
    },
  }
}

const isOfAnotherStream = (message: CarrierMessage, streamSid: string): boolean =>
  'streamSid' in message && message.streamSid !== streamSid

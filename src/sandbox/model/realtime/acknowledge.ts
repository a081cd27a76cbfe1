// Tells a sandbox's legs what was heard, once the client has taken all that came of it: the pong to a ping that was
// sent after the events. So a leg that waits for its ear waits for a barge-in to reach it, too.
import type { WebSocket } from 'ws'
import type { Ears, FrameName } from '../../voice/ears.ts'

export interface Acknowledgement {
  /** These were heard; what comes of it is about to be sent. */
  heard: (frames: readonly FrameName[]) => void
  /** All events that came of it are sent. */
  flush: () => void
}

/** Acknowledges what one session hears, over its own socket. */
export const createAcknowledgement = (socket: WebSocket, ears: Ears): Acknowledgement => {
  let waiting: FrameName[] = []
  let pinged: FrameName[] = []
  const flush = (): void => {
    if (waiting.length === 0 || pinged.length > 0 || socket.readyState !== socket.OPEN) return
    pinged = waiting
    waiting = []
    socket.ping()
  }
  socket.on('pong', () => {
    ears.heard(pinged)
    pinged = []
    flush()
  })
  return { heard: frames => waiting.push(...frames), flush }
}

// Gateway: the media host's HTTP server. Carriers open their streams at /streams.
// G1  A stream is admitted by its `start` message alone, with the call, the generation and the single-use token.
// G2  Before that only `connected` may come; anything else, or nothing within the limit, closes the socket (1008).
// G3  An unadmitted socket costs one small buffer and one timer.

import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'

import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { answerMetrics } from '../metrics.ts'
import type { Metrics } from '../metrics.ts'
import { readCarrierMessage } from './frames.ts'
import type { CarrierMessage } from './frames.ts'
import { createLeg } from './leg.ts'
import type { Leg } from './leg.ts'

const STREAMS_PATH = '/streams'
/** A carrier's message is about 400 bytes; a `start` with parameters about 1,000. */
const MAX_MESSAGE_BYTES = 64 * 1024
const POLICY_VIOLATION = 1008

/** What a stream says of itself in its `start`. */
export interface StreamClaim {
  callId: string
  generation: number
  token: string
}

/** Takes over an admitted leg. */
export type Attach = (leg: Leg) => void

export interface GatewayDeps {
  listen: { host: string; port: number }
  /** How long a socket may take to send its `start`. */
  startMs: number
  /** Uses up the token; `null` if the stream is not expected here. */
  admit: (claim: StreamClaim) => Promise<Attach | null>
  metrics: Metrics
  log: Log
}

export interface Gateway {
  port: number
  /** No new streams from now on; those that run go on. */
  drain: () => void
  close: () => Promise<void>
}

/** Starts listening; rejects if the port is taken. */
export const startGateway = async ({ listen, startMs, admit, metrics, log }: GatewayDeps): Promise<Gateway> => {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES })
  let isDraining = false

  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/metrics') answerMetrics(metrics, response)
    else answerHttp(request, response)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? '').split('?', 1)[0]
    if (path !== STREAMS_PATH) return refuseUpgrade(socket, '404 Not Found')
    if (isDraining) return refuseUpgrade(socket, '503 Service Unavailable')
    sockets.handleUpgrade(request, socket, head, opened => {
      opened.on('error', error => log.warn({ problem: error.message }, 'stream socket failed'))
      awaitStart(opened, socket)
    })
  })

  const awaitStart = (socket: WebSocket, connection: Duplex): void => {
    const refuse = (reason: string, callId?: string): void => {
      stopWaiting()
      log.warn({ call_id: callId, reason }, 'stream refused')
      socket.resume()
      socket.close(POLICY_VIOLATION, 'stream refused')
    }
    const onMessage = (data: RawData, isBinary: boolean): void => {
      // With the default binaryType a message is one Buffer.
      const message: CarrierMessage = isBinary
        ? { kind: 'invalid', problem: 'binary message' }
        : readCarrierMessage(data as Buffer)
      if (message.kind === 'connected') return
      const claim = message.kind === 'start' ? claimOf(message.parameters) : null
      if (message.kind !== 'start' || !claim) return refuse(problemOf(message))
      stopWaiting()
      socket.pause()
      const leg = createLeg(socket, connection, message.streamSid, log.child({ call_id: claim.callId }))
      admit(claim).then(
        attach => (attach ? attach(leg) : refuse('no such stream is expected', claim.callId)),
        (error: unknown) => refuse(`it could not be checked: ${messageOf(error)}`, claim.callId),
      )
    }
    const timer = setTimeout(() => refuse('no start in time'), startMs)
    const stopWaiting = (): void => {
      clearTimeout(timer)
      socket.off('message', onMessage)
      socket.off('close', stopWaiting)
    }
    socket.on('message', onMessage)
    socket.once('close', stopWaiting)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(listen.port, listen.host, () => {
      server.off('error', reject)
      resolve()
    })
  })

  return {
    port: (server.address() as AddressInfo).port,
    drain: () => (isDraining = true),
    close: async () => {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

const answerHttp = (request: IncomingMessage, response: ServerResponse): void => {
  const isHealth = request.url === '/healthz' && request.method === 'GET'
  response.writeHead(isHealth ? 200 : 404, { 'content-type': 'application/json' })
  response.end(JSON.stringify(isHealth ? { status: 'ok' } : { error: 'not found' }))
}

const refuseUpgrade = (socket: Duplex, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** The parameters by which the instructions route introduced the stream; `null` if they are not those. */
const claimOf = (parameters: Record<string, string>): StreamClaim | null => {
  const { call_id: callId, generation, token } = parameters
  if (!callId || !token || !generation || !/^[1-9]\d{0,5}$/.test(generation)) return null
  return { callId, generation: Number(generation), token }
}

const problemOf = (message: CarrierMessage): string => {
  if (message.kind === 'invalid') return message.problem
  return message.kind === 'start' ? 'start without call, generation and token' : `${message.kind} before start`
}

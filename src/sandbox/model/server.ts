import { STATUS_CODES } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Router } from '@koa/router'
import { json } from 'co-body'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import type { Log } from '../../log.ts'
import type { SandboxMetrics } from '../metrics.ts'
import type { Ears } from '../voice/ears.ts'
import { ApiRefusal } from './errors.ts'
import { createRefusals, refusalOrder } from './faults.ts'
import { serveSession } from './realtime/session.ts'
import { createResponsesRouter } from './responses/routes.ts'

export interface ModelServerOptions {
  /** The only API key that is accepted. */
  apiKey: string
  /** Media time per wall time. */
  speed: number
  /** Are told what sessions hear. */
  ears: Ears
  metrics: SandboxMetrics
  log: Log
}

export interface ModelServer {
  /** `POST /v1/responses`, and `POST /sandbox/model/refusals`, which is the sandbox's own. */
  router: Router
  /** Takes an upgrade to `/v1/realtime`; false if it is meant for somebody else. */
  handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean
  /** Closes all sessions. */
  close: () => void
}

const MAX_EVENT_BYTES = 20 * 1024 * 1024
const KNOWN_MODELS = /^gpt-(?:realtime|audio|4o(?:-mini)?-realtime)/

/** The sandbox's side of OpenAI's API: Realtime (GA) over WebSocket, and Responses. */
export const createModelServer = ({ apiKey, speed, ears, metrics, log }: ModelServerOptions): ModelServer => {
  const refusals = createRefusals()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_EVENT_BYTES })
  const handleUpgrade: ModelServer['handleUpgrade'] = (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox')
    if (pathname !== '/v1/realtime') return false
    const refusal = refusalOf(request, apiKey) ?? refusalOfModel(searchParams.get('model'))
    const ordered = refusal ? null : refusals.next()
    if (refusal) refuseUpgrade(socket, refusal)
    else if (ordered) refuseUpgrade(socket, ordered.refusal, ordered.retryAfterSeconds)
    else
      sockets.handleUpgrade(request, socket, head, client => {
        metrics.modelSessionsOpen.inc()
        client.once('close', () => metrics.modelSessionsOpen.dec())
        serveSession(client, { model: searchParams.get('model') ?? '', speed, ears, log })
      })
    return true
  }
  return {
    router: new Router()
      .use('/v1', createResponsesRouter({ authorize: request => refusalOf(request, apiKey), log }).routes())
      .post('/sandbox/model/refusals', async ctx => {
        const order = refusalOrder.safeParse(await json(ctx))
        ctx.status = order.success ? 204 : 400
        if (order.success) refusals.order(order.data)
        else ctx.body = z.prettifyError(order.error)
      }),
    handleUpgrade,
    close: () => {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
    },
  }
}

const refusalOf = (request: IncomingMessage, apiKey: string): ApiRefusal | undefined => {
  const given = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (given === apiKey) return undefined
  if (given !== undefined) return new ApiRefusal('invalid_api_key', 'Incorrect API key provided.', null, 401)
  const hint = 'Provide your API key in an Authorization header using Bearer auth.'
  return new ApiRefusal(null, `You didn't provide an API key. ${hint}`, null, 401)
}

const refusalOfModel = (model: string | null): ApiRefusal | undefined => {
  if (!model) return new ApiRefusal('missing_model', 'You must provide a model parameter.', 'model')
  if (KNOWN_MODELS.test(model)) return undefined
  const text = `The model \`${model}\` does not exist or you do not have access to it.`
  return new ApiRefusal('model_not_found', text, 'model', 404)
}

const refuseUpgrade = (
  socket: Duplex,
  { error, status }: ApiRefusal,
  retryAfterSeconds: number | null = null,
): void => {
  const body = JSON.stringify({ error })
  const retryAfter = retryAfterSeconds === null ? '' : `retry-after: ${retryAfterSeconds}\r\n`
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\n${retryAfter}` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

// The sandbox on one port: a carrier with its callees, a model, a payment provider, and a few businesses' websites.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Router } from '@koa/router'
import Koa from 'koa'
import type { Log } from '../log.ts'
import type { Dial, LegAccount } from './carrier/account.ts'
import { createCalls } from './carrier/calls.ts'
import { createCarrierRoutes } from './carrier/routes.ts'
import { createModelServer } from './model/server.ts'
import { createSandboxMetrics } from './metrics.ts'
import { createStripeServer } from './stripe/routes.ts'
import type { StripeOptions } from './stripe/routes.ts'
import { createSites } from './sites/routes.ts'
import { createEars } from './voice/ears.ts'

export interface SandboxOptions {
  host: string
  /** 0 takes any free port. */
  port: number
  /** Media time per wall time, at most. */
  speed: number
  accountSid: string
  authToken: string
  apiKey: string
  /** The payment provider, where there is one. */
  stripe?: Omit<StripeOptions, 'speed' | 'log'>
  log: Log
}

export interface Sandbox {
  /** `http://<host>:<port>`, without a slash at its end. */
  url: string
  stop: () => Promise<void>
}

/** What the carrier knows of the dials whose callbacks go to an address with this text in it, such as a call's id. */
const accountsAbout = (text: string, { dials, legs }: { dials: Dial[]; legs: LegAccount[] }) => {
  const about = dials.filter(({ statusCallback }) => statusCallback?.includes(text))
  const sids = new Set(about.map(({ sid }) => sid))
  return { dials: about, legs: legs.filter(({ sid }) => sids.has(sid)) }
}

/** Starts a sandbox; rejects where its port cannot be had. */
export const startSandbox = async (options: SandboxOptions): Promise<Sandbox> => {
  const { accountSid, authToken, apiKey, speed, log } = options
  const ears = createEars()
  const metrics = createSandboxMetrics()
  const calls = createCalls({ accountSid, authToken, speed, ears, metrics, log })
  const model = createModelServer({ apiKey, speed, ears, metrics, log })
  const stripe = options.stripe && createStripeServer({ ...options.stripe, speed, log })
  const own = new Router()
    .get('/healthz', ctx => {
      ctx.body = { status: 'ok' }
    })
    .get('/metrics', async ctx => {
      ctx.type = metrics.contentType
      ctx.body = await metrics.text()
    })
    .get('/sandbox/legs', ctx => {
      const about = ctx.query['about']
      const all = { dials: calls.dials(), legs: calls.accounts() }
      ctx.body = typeof about === 'string' ? accountsAbout(about, all) : all
    })
    .get('/sandbox/legs/:sid', ctx => {
      ctx.body = calls.leg(ctx.params['sid'] ?? '')?.account()
    })

  const app = new Koa()
  app.on('error', (error: unknown) => log.error({ err: error }, 'request failed'))
  const routers = [own, createCarrierRoutes({ accountSid, authToken, calls }), model.router, createSites()]
  if (stripe) routers.push(stripe.router)
  for (const router of routers) app.use(router.routes())

  const handle = app.callback()
  const server = createServer((request, response) => void handle(request, response))
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', error => log.debug({ err: error }, 'upgrade broke off'))
    if (!model.handleUpgrade(request, socket, head))
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${options.host}:${port}`,
    stop: async () => {
      calls.stop()
      model.close()
      stripe?.stop()
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

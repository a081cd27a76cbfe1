// Twilio's REST API as far as calls go: /2010-04-01/Accounts/{AC…}/Calls…
import { createHash, timingSafeEqual } from 'node:crypto'
import { Router } from '@koa/router'
import coBody from 'co-body'
import type { Context, Middleware } from 'koa'
import { presentCall } from './call.ts'
import { parseUpdate } from './call-parameters.ts'
import type { Calls } from './calls.ts'
import { CarrierError, invalidParameter, notFound, presentError, serverError, unauthenticated } from './errors.ts'
import type { Leg } from './leg.ts'
import { presentList } from './list.ts'

export interface CarrierRoutesOptions {
  accountSid: string
  authToken: string
  calls: Calls
}

const MAX_FORM = '64kb'

export const createCarrierRoutes = ({ accountSid, authToken, calls }: CarrierRoutesOptions): Router => {
  const router = new Router({ prefix: '/2010-04-01' })
  const path = `/Accounts/${accountSid}/Calls`
  const legOf = (ctx: Context) => {
    const leg = calls.leg((ctx['params'] as { sid: string }).sid)
    if (!leg) throw notFound(ctx.path)
    return leg
  }
  router.use(answerErrors, requireAccount(accountSid, authToken))
  router.post(`${path}.json`, async ctx => {
    const leg = calls.create(await formOf(ctx))
    await answerDial(ctx, leg)
  })
  router.get(`${path}.json`, ctx => {
    ctx.body = presentList(calls.all(), ctx.URL.searchParams, ctx.path)
  })
  router.get(`${path}/:sid.json`, ctx => {
    ctx.body = presentCall(legOf(ctx).call)
  })
  router.post(`${path}/:sid.json`, async ctx => {
    const leg = legOf(ctx)
    leg.update(parseUpdate(await formOf(ctx)))
    ctx.body = presentCall(leg.call)
  })
  router.all('/{*rest}', ctx => {
    throw notFound(ctx.path)
  })
  return router
}

/** The answer to a dial that was accepted, and what may become of it on its way. */
const answerDial = async (ctx: Context, { call, scenario, told }: Leg): Promise<void> => {
  const trouble = scenario.carrier.trouble?.answer
  if (trouble === 'server_error') throw serverError()
  if (trouble === 'late') await told
  if (trouble === 'lost') {
    ctx.respond = false
    ctx.req.socket.destroy()
  }
  ctx.status = 201
  ctx.body = trouble === 'not_json' ? '<html><body>Created</body></html>' : presentCall(call)
}

const answerErrors: Middleware = async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    if (!(error instanceof CarrierError)) throw error
    ctx.status = error.status
    if (error.status === 401) ctx.set('WWW-Authenticate', 'Basic realm="Twilio API"')
    ctx.body = presentError(error)
  }
}

const requireAccount = (accountSid: string, authToken: string): Middleware => {
  const expected = digest(`Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`)
  return (ctx, next) => {
    if (!timingSafeEqual(digest(ctx.get('authorization')), expected)) throw unauthenticated()
    return next()
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const formOf = async (ctx: Context): Promise<URLSearchParams> => {
  if (!ctx.is('urlencoded')) throw invalidParameter('the body must be application/x-www-form-urlencoded')
  return new URLSearchParams(await coBody.text(ctx.req, { limit: MAX_FORM }))
}

// The sandbox's side of Stripe: Checkout Sessions over REST, the page on which they are paid, and events.
import { createHash, timingSafeEqual } from 'node:crypto'
import { Router } from '@koa/router'
import coBody from 'co-body'
import type { Context, Middleware } from 'koa'
import { newId, randomText } from '../../ids.ts'
import type { Log } from '../../log.ts'
import { StripeRefusal, presentRefusal } from './errors.ts'
import { createEvents } from './events.ts'
import { parseForm } from './form.ts'
import { renderPage } from './page.ts'
import { parseParameters } from './parameters.ts'
import { newSession, presentSession, statusOf } from './session.ts'
import type { Session } from './session.ts'

export interface StripeOptions {
  /** The only secret key that is accepted. */
  secretKey: string
  webhookUrl: string
  webhookSecret: string
  /** Where browsers reach the pages; where the request came in, if it is not given. */
  publicUrl?: string | undefined
  speed: number
  log: Log
}

export interface StripeServer {
  /** `/v1/checkout/sessions` and `/c/pay/…`; `/sandbox/stripe/events` is the sandbox's own. */
  router: Router
  stop: () => void
}

interface Remembered {
  request: string
  session: ReturnType<typeof presentSession>
}

const MAX_FORM = '64kb'

export const createStripeServer = (options: StripeOptions): StripeServer => {
  const { secretKey, publicUrl, log } = options
  const events = createEvents(options)
  const sessions = new Map<string, Session>()
  const remembered = new Map<string, Remembered>()

  /** A new session, or with an Idempotency-Key that was used the first answer. */
  const create = (ctx: Context, body: string): Remembered['session'] => {
    const key = ctx.get('idempotency-key')
    const before = key === '' ? undefined : remembered.get(key)
    if (before && before.request !== body) throw otherParameters(key)
    if (before) {
      ctx.set('Idempotent-Replayed', 'true')
      return before.session
    }
    const nowSeconds = secondsNow()
    const session = newSession(
      parseParameters(parseForm(body), nowSeconds),
      publicUrl ?? `http://${ctx.host}`,
      nowSeconds,
    )
    sessions.set(session.id, session)
    const presented = presentSession(session, nowSeconds)
    if (key !== '') remembered.set(key, { request: body, session: presented })
    return presented
  }

  /** What a person does on the page. Stripe keeps them there until the endpoint has taken the event, or 10 s have passed. */
  const pay = async (session: Session, method: string): Promise<void> => {
    session.isComplete = true
    session.isPaid = method === 'card'
    session.paymentIntent = `pi_3${randomText(23)}`
    await events.send('checkout.session.completed', presentSession(session, secondsNow()))
    if (session.isPaid) return
    session.isPaid = true
    await events.send('checkout.session.async_payment_succeeded', presentSession(session, secondsNow()))
  }

  const sessionOf = (ctx: Context): Session => {
    const { id } = ctx['params'] as { id: string }
    const session = sessions.get(id)
    if (session) return session
    throw new StripeRefusal(404, `No such checkout.session: '${id}'`, {
      code: 'resource_missing',
      param: 'session',
    })
  }

  const api = new Router({ prefix: '/v1/checkout/sessions' })
    .use(answerRefusals(log), requireKey(secretKey))
    .post('/', async ctx => {
      if (!ctx.is('urlencoded')) throw new StripeRefusal(400, 'Invalid request: expected a form-encoded body')
      ctx.body = create(ctx, await coBody.text(ctx.req, { limit: MAX_FORM }))
    })
    .get('/:id', ctx => {
      ctx.body = presentSession(sessionOf(ctx), secondsNow())
    })
    .post('/:id/expire', async ctx => {
      const session = sessionOf(ctx)
      if (statusOf(session, secondsNow()) !== 'open')
        throw new StripeRefusal(400, 'Only Checkout Sessions with a status in ["open"] can be expired.')
      session.isExpired = true
      ctx.body = presentSession(session, secondsNow())
      void events.send('checkout.session.expired', ctx.body as object)
    })

  const pages = new Router({ prefix: '/c/pay' })
    .use(answerRefusals(log))
    .get('/:id', ctx => {
      ctx.type = 'html'
      ctx.body = renderPage(sessionOf(ctx), secondsNow())
    })
    .post('/:id', async ctx => {
      const session = sessionOf(ctx)
      const { method } = parseForm(await coBody.text(ctx.req, { limit: MAX_FORM }))
      if (statusOf(session, secondsNow()) !== 'open') return ctx.redirect(`/c/pay/${session.id}`)
      await pay(session, typeof method === 'string' ? method : 'card')
      ctx.redirect(session.parameters.success_url.replaceAll('{CHECKOUT_SESSION_ID}', session.id))
      ctx.status = 303
    })

  const own = new Router({ prefix: '/sandbox/stripe/events' })
    .get('/', ctx => {
      ctx.body = events.all()
    })
    .post('/:id/resend', async ctx => {
      const event = events.find((ctx['params'] as { id: string }).id)
      if (event) ctx.body = { answered: await events.resend(event) }
    })

  return {
    router: new Router().use(api.routes(), pages.routes(), own.routes()),
    stop: events.stop,
  }
}

const secondsNow = (): number => Math.floor(Date.now() / 1000)

const otherParameters = (key: string): StripeRefusal =>
  new StripeRefusal(
    400,
    `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    { type: 'idempotency_error' },
  )

const answerRefusals =
  (log: Log): Middleware =>
  async (ctx, next) => {
    ctx.set('request-id', newId('req'))
    try {
      await next()
    } catch (error) {
      if (!(error instanceof StripeRefusal)) throw error
      log.debug({ reason: error.message, param: error.param }, 'stripe refused a request')
      ctx.status = error.status
      ctx.body = presentRefusal(error)
    }
  }

// The key alone, as a bearer token or as the user name of Basic authentication.
const requireKey = (secretKey: string): Middleware => {
  const expected = digest(secretKey)
  return (ctx, next) => {
    const [, scheme = '', given = ''] = /^(Bearer|Basic) (\S+)$/i.exec(ctx.get('authorization')) ?? []
    if (given === '') throw new StripeRefusal(401, 'You did not provide an API key.')
    const key = /^basic$/i.test(scheme) ? Buffer.from(given, 'base64').toString().replace(/:$/, '') : given
    if (!timingSafeEqual(digest(key), expected))
      throw new StripeRefusal(401, `Invalid API Key provided: ${key.slice(0, 8)}***`)
    return next()
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

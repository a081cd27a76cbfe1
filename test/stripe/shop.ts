// A shop: the API with the sandbox as its payment provider, each reached over real HTTP. Events pass through the shop's
// hands on their way, so that a test can keep them back, repeat them, and deliver them to another process.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import Koa from 'koa'
import { afterAll, beforeAll } from 'vitest'

import { createApp } from '../../src/app.ts'
import type { Mode } from '../../src/calls/call.ts'
import { createCheckoutService } from '../../src/checkout/service.ts'
import { createCheckoutStore } from '../../src/checkout/store.ts'
import { createLog } from '../../src/log.ts'
import { createPaymentProvider } from '../../src/providers/stripe/checkout.ts'
import { createPaymentRouter } from '../../src/providers/stripe/routes.ts'
import { createStripeServer } from '../../src/sandbox/stripe/routes.ts'
import { CALL, serve, useApi } from '../api/api.ts'

export const SECRET_KEY = 'sk_test_shop'
export const WEBHOOK_SECRET = 'whsec_shop'
export const PRICE = { amount: 1_500, currency: 'usd' }

/** One request of the provider's, as it came. */
export interface Delivery {
  body: string
  signature: string
}

/** Takes events: notes each, and answers it as `answer` says. */
export const startReceiver = async (answer: (delivery: Delivery) => Promise<number>) => {
  const deliveries: Delivery[] = []
  const waiting: (() => void)[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const delivery = {
        body: await text(request),
        signature: String(request.headers['stripe-signature']),
      }
      deliveries.push(delivery)
      for (const wake of waiting.splice(0)) wake()
      response.writeHead(await answer(delivery)).end()
    })()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries,
    /** Until so many have come. */
    until: async (count: number): Promise<void> => {
      while (deliveries.length < count) await new Promise<void>(resolve => waiting.push(resolve))
    },
    close: (): void => void server.close(),
  }
}

/** Serves the sandbox's part of Stripe; its events go to `webhookUrl`. */
export const serveStripe = async (webhookUrl: string) => {
  const stripe = createStripeServer({
    secretKey: SECRET_KEY,
    webhookUrl,
    webhookSecret: WEBHOOK_SECRET,
    speed: 100,
    log: createLog('test', 'silent'),
  })
  const app = new Koa()
  app.use(stripe.router.routes())
  const served = await serve(app)
  return {
    url: served.url,
    close: async (): Promise<void> => {
      stripe.stop()
      await served.close()
    },
  }
}

/** Sends an event to the API at `url`. */
export const deliver = async (url: string, { body, signature }: Delivery, mode = 'test'): Promise<number> => {
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature }
  const answer = await fetch(`${url}/stripe/${mode}/events`, { method: 'POST', headers, body })
  return answer.status
}

/** Presses a button of a checkout's page; where the browser is sent then. */
export const press = async (pageUrl: string, method: 'card' | 'us_bank_account' = 'card') => {
  const answer = await fetch(pageUrl, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ method }),
  })
  return { status: answer.status, location: answer.headers.get('location') }
}

/** One shop for a test file; read it inside tests as `shop()`. */
export const useShop = () => {
  const api = useApi()
  const start = async () => {
    const held = { isHolding: false }
    const receiver = await startReceiver(async delivery =>
      held.isHolding ? 200 : await deliver(served.url, delivery),
    )
    const stripe = await serveStripe(receiver.url)
    const { log } = api().deps

    /** The API, selling in test mode; what differs from the shop's own is given. */
    const depsWith = ({ price = PRICE, baseUrl = stripe.url, key = SECRET_KEY, timeoutMs = 3_000 } = {}) => {
      const settings = {
        STRIPE_SECRET_KEY: key,
        STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
        STRIPE_BASE_URL: baseUrl,
        CREDITS_PRICE: price.amount,
        CREDITS_CURRENCY: price.currency,
      }
      const provider = createPaymentProvider({ settings, publicUrl: 'http://errand.example', timeoutMs })
      const shops = { live: null, test: { provider, price, webhookSecret: WEBHOOK_SECRET } }
      const checkouts = createCheckoutStore(api().db)
      const checkout = createCheckoutService({ checkouts, credits: api().credits, shops, log })
      const paymentRouter = createPaymentRouter({ shops, notePayment: checkout.notePayment, log })
      return { ...api().deps, modes: new Set<Mode>(['live', 'test']), checkout, paymentRouter }
    }
    const served = await serve(createApp(depsWith()))

    const send = async (path: string, key: string, body?: unknown, url = served.url) => {
      const answer = await fetch(url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: JSON.parse(await answer.text()) }
    }

    return {
      url: served.url,
      receiver,
      stripe,
      depsWith,
      held,
      send,
      /** A new account whose credits are all held. */
      spentAccount: async (mode: Mode = 'test') => {
        const account = await api().newAccount(mode)
        const purse = mode === 'live' ? `${account.accountId}_live` : account.accountId
        for (let n = 0; n < 5; n++) await api().credits.hold(purse, `spent_${n}`)
        return account
      },
      /** What POST /calls says to an account without credits, and its page to buy some. */
      refused: async (key: string, url = served.url) => {
        const { status, body } = await send('/api/v1/calls', key, CALL, url)
        return { status, body, pageUrl: String(body.buy_credits_url) }
      },
      credits: async (key: string) => (await send('/api/v1/credits', key)).body.data,
      close: async (): Promise<void> => {
        await stripe.close()
        await served.close()
        receiver.close()
      },
    }
  }

  let shop: Awaited<ReturnType<typeof start>>
  beforeAll(async () => {
    shop = await start()
  })
  afterAll(async () => await shop?.close())
  return { shop: () => shop, api }
}

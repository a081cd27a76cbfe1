// The payment provider's side of the API. It repeats an event for days until it is answered with a 2xx.
// E1  An event counts only with a signature over its very bytes, made within the last five minutes.
// E2  It is answered 200 once the store has it, and also when it is none of ours: a repetition would change nothing.
import { Router } from '@koa/router'
import { text } from 'co-body'
import type { Context } from 'koa'
import { Stripe } from 'stripe'

import type { Mode } from '../../calls/call.ts'
import type { Payment } from '../../checkout/checkout.ts'
import { AppError, messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { PAYMENT_PATHS } from './urls.ts'

export interface PaymentRouterDeps {
  /** By mode: the secret that its events are signed with; `null` where nothing is sold. */
  shops: Record<Mode, { webhookSecret: string } | null>
  notePayment: (mode: Mode, payment: Payment) => Promise<void>
  log: Log
}

const MAX_BYTES = 1024 * 1024

const THANKS = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Thank you</title>
<p>Thank you. Your credits are there as soon as the payment is: <code>GET /api/v1/credits</code> shows them.</p>
</html>
`

export const createPaymentRouter = ({ shops, notePayment, log }: PaymentRouterDeps): Router => {
  /** The event of a request that is signed; anything else is refused here, and `null`. */
  const verify = async (ctx: Context, secret: string): Promise<Stripe.Event | null> => {
    try {
      const body = await text(ctx.req, { limit: MAX_BYTES })
      return Stripe.webhooks.constructEvent(body, ctx.get('stripe-signature'), secret)
    } catch (error) {
      log.warn({ request_id: ctx.state.requestId, reason: messageOf(error).split('\n')[0] }, 'an event is refused')
      ctx.status = 400
      // What was not read of the body would be taken for the next request.
      ctx.set('Connection', 'close')
      ctx.body = 'The event is refused. Expected a Stripe-Signature of the last five minutes over the body.'
      return null
    }
  }

  return new Router()
    .get(PAYMENT_PATHS.thanks, ctx => {
      ctx.type = 'html'
      ctx.body = THANKS
    })
    .post(PAYMENT_PATHS.events, async ctx => {
      const { mode } = ctx.params as { mode: Mode }
      const shop = Object.hasOwn(shops, mode) ? shops[mode] : null
      if (!shop) throw new AppError('not_found', 'No payment provider of this name is set up here')
      const event = await verify(ctx, shop.webhookSecret)
      if (!event) return
      const payment = paymentOf(event)
      if (payment) await notePayment(mode, payment)
      ctx.body = { received: true }
    })
}

/**
 * What an event tells of a payment; `null` for events of other kinds. With some ways to pay the checkout is completed
 * first and paid days later, which is an event of its own. Source: https://docs.stripe.com/checkout/fulfillment
 */
const paymentOf = (event: Stripe.Event): Payment | null => {
  if (event.type !== 'checkout.session.completed' && event.type !== 'checkout.session.async_payment_succeeded')
    return null
  const session = event.data.object
  return {
    checkoutId: session.id,
    accountId: session.client_reference_id,
    isPaid: session.payment_status === 'paid',
    amount: session.amount_total,
    currency: session.currency,
  }
}

import { Stripe } from 'stripe'

import type { ShopSettings } from '../../config.ts'
import type { PaymentProvider } from '../ports.ts'
import { PAYMENT_PATHS } from './urls.ts'

export interface PaymentProviderOptions {
  settings: ShopSettings
  /** Base of the page to which a person comes back. */
  publicUrl: string
  /** Of one attempt. */
  timeoutMs: number
}

const NOT_FOUND = 404

/** Stripe's own client, sent to the base URL of the settings. */
const createClient = ({ STRIPE_SECRET_KEY, STRIPE_BASE_URL }: ShopSettings, timeoutMs: number): Stripe => {
  const { protocol, hostname, port } = new URL(STRIPE_BASE_URL)
  const scheme = protocol === 'http:' ? 'http' : 'https'
  return new Stripe(STRIPE_SECRET_KEY, {
    protocol: scheme,
    host: hostname,
    port: port || (scheme === 'http' ? 80 : 443),
    timeout: timeoutMs,
    // Of two requests at once with one key the second is told to come again.
    maxNetworkRetries: 1,
    telemetry: false,
  })
}

/** Stripe Checkout. Source: https://docs.stripe.com/api/checkout/sessions/create */
export const createPaymentProvider = ({
  settings,
  publicUrl,
  timeoutMs,
}: PaymentProviderOptions): PaymentProvider => {
  const client = createClient(settings, timeoutMs)
  return {
    createCheckout: async ({ accountId, credits, price, idempotencyKey }) => {
      const session = await client.checkout.sessions.create(
        {
          mode: 'payment',
          client_reference_id: accountId,
          line_items: [
            {
              quantity: 1,
              price_data: {
                currency: price.currency,
                unit_amount: price.amount,
                product_data: { name: `${credits} Errand credits` },
              },
            },
          ],
          // What is paid is compared with the price.
          adaptive_pricing: { enabled: false },
          metadata: { account_id: accountId, credits },
          success_url: publicUrl + PAYMENT_PATHS.thanks,
        },
        { idempotencyKey },
      )
      // The id becomes part of a field's name in the store.
      if (!/^cs_\w{1,200}$/.test(session.id) || !session.url)
        throw new Error('the payment provider made a checkout without an id or a page')
      return { id: session.id, url: session.url, expiresAt: new Date(session.expires_at * 1000) }
    },

    isOpen: async checkoutId => {
      try {
        return (await client.checkout.sessions.retrieve(checkoutId)).status === 'open'
      } catch (error) {
        if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === NOT_FOUND)
          return false
        throw error
      }
    },
  }
}

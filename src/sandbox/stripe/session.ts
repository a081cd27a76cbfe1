import { randomText } from '../../ids.ts'
import type { SessionParameters } from './parameters.ts'

const DAY_SECONDS = 24 * 60 * 60

/** One Checkout Session. */
export interface Session {
  id: string
  paymentIntent: string | null
  parameters: SessionParameters
  url: string
  createdSeconds: number
  expiresSeconds: number
  isComplete: boolean
  isExpired: boolean
  isPaid: boolean
}

export const newSession = (parameters: SessionParameters, baseUrl: string, nowSeconds: number): Session => {
  const id = `cs_test_${randomText(58)}`
  return {
    id,
    paymentIntent: null,
    parameters,
    url: `${baseUrl}/c/pay/${id}`,
    createdSeconds: nowSeconds,
    expiresSeconds: parameters.expires_at ?? nowSeconds + DAY_SECONDS,
    isComplete: false,
    isExpired: false,
    isPaid: false,
  }
}

export const statusOf = (session: Session, nowSeconds: number): 'open' | 'complete' | 'expired' => {
  if (session.isComplete) return 'complete'
  return session.isExpired || nowSeconds >= session.expiresSeconds ? 'expired' : 'open'
}

export const amountOf = ({ parameters }: Session): number =>
  parameters.line_items.reduce((sum, { quantity, price_data }) => sum + quantity * price_data.unit_amount, 0)

export const currencyOf = ({ parameters }: Session): string =>
  parameters.line_items[0]?.price_data.currency ?? 'usd'

/** The session as the API and events have it. Source: https://docs.stripe.com/api/checkout/sessions/object */
export const presentSession = (session: Session, nowSeconds: number) => {
  const { parameters } = session
  const status = statusOf(session, nowSeconds)
  return {
    id: session.id,
    object: 'checkout.session',
    adaptive_pricing: parameters.adaptive_pricing ?? { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    amount_subtotal: amountOf(session),
    amount_total: amountOf(session),
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: parameters.cancel_url ?? null,
    client_reference_id: parameters.client_reference_id ?? null,
    client_secret: null,
    created: session.createdSeconds,
    currency: currencyOf(session),
    customer: null,
    customer_creation: 'if_required',
    customer_details: null,
    customer_email: null,
    discounts: [],
    expires_at: session.expiresSeconds,
    invoice: null,
    livemode: false,
    locale: null,
    metadata: parameters.metadata,
    mode: parameters.mode,
    payment_intent: session.paymentIntent,
    payment_method_types: ['card', 'us_bank_account'],
    payment_status: session.isPaid ? 'paid' : 'unpaid',
    status,
    submit_type: null,
    success_url: parameters.success_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: status === 'open' ? session.url : null,
  }
}

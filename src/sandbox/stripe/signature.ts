import { createHmac } from 'node:crypto'

/**
 * The Stripe-Signature of a webhook request: HMAC-SHA256 in hex, keyed with the endpoint's secret, over the time, a dot
 * and the body. Source: https://docs.stripe.com/webhooks/signature
 */
export const signatureOf = (secret: string, body: string, nowSeconds: number): string =>
  `t=${nowSeconds},v1=${createHmac('sha256', secret).update(`${nowSeconds}.${body}`, 'utf8').digest('hex')}`

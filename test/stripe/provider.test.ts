// One suite for whoever speaks Stripe's wire: the sandbox, and Stripe itself in test mode where its key is at hand.
import { randomUUID } from 'node:crypto'
import { Stripe } from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createPaymentProvider } from '../../src/providers/stripe/checkout.ts'
import { SECRET_KEY, serveStripe } from './shop.ts'

const settingsOf = (key: string, baseUrl: string) => ({
  STRIPE_SECRET_KEY: key,
  STRIPE_WEBHOOK_SECRET: 'whsec_unused',
  STRIPE_BASE_URL: baseUrl,
  CREDITS_PRICE: 1_000,
  CREDITS_CURRENCY: 'usd',
})

const conformance = (reach: () => { key: string; baseUrl: string }): void => {
  const provider = (key = reach().key) =>
    createPaymentProvider({
      settings: settingsOf(key, reach().baseUrl),
      publicUrl: 'https://errand.example',
      timeoutMs: 20_000,
    })
  const request = () => ({
    accountId: 'acc_contract',
    credits: 10,
    price: { amount: 1_234, currency: 'usd' },
    idempotencyKey: randomUUID(),
  })

  test('a checkout has a page that expires within a day, and is in Stripe as it was asked for', async () => {
    const { id, url, expiresAt } = await provider().createCheckout(request())
    expect(new URL(url).pathname).toContain(id)
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 60 * 60_000)
    expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 25 * 60 * 60_000)
    const { protocol, hostname, port } = new URL(reach().baseUrl)
    const client = new Stripe(reach().key, {
      protocol: protocol === 'http:' ? 'http' : 'https',
      host: hostname,
      port: port || 443,
    })
    expect(await client.checkout.sessions.retrieve(id)).toMatchObject({
      amount_total: 1_234,
      currency: 'usd',
      client_reference_id: 'acc_contract',
      metadata: { account_id: 'acc_contract', credits: '10' },
      payment_status: 'unpaid',
      status: 'open',
      success_url: 'https://errand.example/stripe/thanks',
    })
    expect(await provider().isOpen(id)).toBe(true)
    await client.checkout.sessions.expire(id)
    expect(await provider().isOpen(id)).toBe(false)
    expect(await provider().isOpen('cs_test_of_nobody')).toBe(false)
  })

  test('one key makes one checkout, also at once', async () => {
    const same = request()
    const made = await Promise.all([1, 2].map(async () => await provider().createCheckout(same)))
    expect(made[0]!.id).toBe(made[1]!.id)
    expect((await provider().createCheckout(request())).id).not.toBe(made[0]!.id)
  })

  test('one key for another account is refused', async () => {
    const first = request()
    await provider().createCheckout(first)
    await expect(provider().createCheckout({ ...first, accountId: 'acc_other' })).rejects.toThrow(/idempotent/)
  })

  test('a wrong secret key is refused, and not repeated in the error', async () => {
    const secret = 'sk_test_0123456789abcdefghijklmn'
    const error = await provider(secret)
      .createCheckout(request())
      .catch((error: Error) => error.message)
    expect(error).toMatch(/Invalid API Key/)
    expect(error).not.toContain(secret)
  })
}

describe('the sandbox', () => {
  let served: Awaited<ReturnType<typeof serveStripe>>
  beforeAll(async () => {
    served = await serveStripe('http://127.0.0.1:1/events')
  })
  afterAll(async () => await served.close())
  conformance(() => ({ key: SECRET_KEY, baseUrl: served.url }))
})

const { STRIPE_SECRET_KEY: key = '' } = process.env
if (/^(sk|rk)_test_/.test(key))
  describe('Stripe in test mode', () => conformance(() => ({ key, baseUrl: 'https://api.stripe.com' })))
else process.stdout.write('Stripe itself is not tried: STRIPE_SECRET_KEY has no test key (sk_test_…)\n')

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { checkoutKey, isOffered, judgePayment } from '../../src/checkout/checkout.ts'
import type { Checkout, Payment } from '../../src/checkout/checkout.ts'

const NOW = new Date('2026-02-20T12:00:00Z')
const PRICE = { amount: 1_000, currency: 'usd' }

const CHECKOUT: Checkout = {
  _id: 'cs_1',
  accountId: 'acc_1',
  mode: 'live',
  credits: 10,
  price: PRICE,
  url: 'https://checkout.example/cs_1',
  createdAt: NOW,
  expiresAt: new Date(NOW.getTime() + 24 * 60 * 60_000),
}

const TRUE: Payment = { checkoutId: 'cs_1', accountId: 'acc_1', isPaid: true, amount: 1_000, currency: 'usd' }

test('a payment counts only if its account, mode, amount and currency are those of the checkout', () => {
  const payment: fc.Arbitrary<Payment> = fc.record({
    checkoutId: fc.constant('cs_1'),
    accountId: fc.constantFrom('acc_1', 'acc_1', 'acc_2', null),
    isPaid: fc.boolean(),
    amount: fc.constantFrom(1_000, 1_000, 999, 0, null),
    currency: fc.constantFrom('usd', 'usd', 'jpy', null),
  })
  fc.assert(
    fc.property(payment, fc.constantFrom('live' as const, 'test' as const), (payment, mode) => {
      const isTrue =
        mode === 'live' && (Object.keys(TRUE) as (keyof Payment)[]).every(key => payment[key] === TRUE[key])
      expect(judgePayment(CHECKOUT, mode, payment) === 'paid').toBe(isTrue)
      expect(judgePayment(null, mode, payment)).toBe('unknown')
    }),
  )
})

test.each<[string, boolean, Partial<Checkout>]>([
  ['open', true, {}],
  ['expired', false, { expiresAt: NOW }],
  ['about to expire', false, { expiresAt: new Date(NOW.getTime() + 5 * 60_000) }],
  ['of another amount', false, { price: { amount: 900, currency: 'usd' } }],
  ['of another currency', false, { price: { amount: 1_000, currency: 'eur' } }],
])('a checkout that is %s may be offered: %s', (_, expected, facts) => {
  expect(isOffered({ ...CHECKOUT, ...facts }, PRICE, NOW)).toBe(expected)
})

test('requests at once have one idempotency key; another account, mode, page before, price or hour has another', () => {
  const later = new Date(NOW.getTime() + 60 * 60_000)
  const keys = [
    checkoutKey(CHECKOUT, null, PRICE, NOW),
    checkoutKey({ ...CHECKOUT, accountId: 'acc_2' }, null, PRICE, NOW),
    checkoutKey({ ...CHECKOUT, mode: 'test' }, null, PRICE, NOW),
    checkoutKey(CHECKOUT, CHECKOUT, PRICE, NOW),
    checkoutKey(CHECKOUT, null, { ...PRICE, amount: 999 }, NOW),
    checkoutKey(CHECKOUT, null, PRICE, later),
  ]
  expect(new Set(keys).size).toBe(keys.length)
  expect(checkoutKey(CHECKOUT, null, PRICE, new Date(NOW.getTime() + 59 * 60_000))).toBe(keys[0])
  for (const key of keys) expect(key.length).toBeLessThanOrEqual(255)
})

// What is sold to an account, and whether a payment is for it.
// P1  A checkout is stored before its address is given away. What a payment adds, and to whom, is read there; an event
//     has to agree with it, and decides nothing.
// P2  Credits are granted by the checkout's id: any number of its events, however late, adds them once.
// P3  An account has one open checkout in a mode, which is offered until it is paid, expires, or the price changes. The
//     provider knows best whether it is open, and is asked.
import type { Mode } from '../calls/call.ts'

/** An amount in the currency's smallest unit, such as cents, and its ISO code in lower case. */
export interface Price {
  amount: number
  currency: string
}

/** The document in `checkouts`; its id is the payment provider's. */
export interface Checkout {
  _id: string
  accountId: string
  mode: Mode
  credits: number
  price: Price
  /** The page on which it is paid. */
  url: string
  createdAt: Date
  expiresAt: Date
}

/** What the payment provider tells of a checkout. */
export interface Payment {
  checkoutId: string
  accountId: string | null
  isPaid: boolean
  amount: number | null
  currency: string | null
}

/** How many credits one payment buys. */
export const CREDITS_SOLD = 10

// A person needs some time to pay on a page that is about to expire.
const TIME_TO_PAY_MS = 10 * 60_000
const ATTEMPT_MS = 60 * 60_000

/** Whether a checkout, if it is open, may be offered again: it has the price of today, and time enough. */
export const isOffered = (checkout: Checkout, price: Price, now: Date): boolean =>
  checkout.expiresAt.getTime() - now.getTime() > TIME_TO_PAY_MS && isSamePrice(checkout.price, price)

/**
 * The provider's idempotency key of the checkout that follows `before`: requests at once, in whatever process, make one.
 * It changes every hour, because the provider repeats a fault of its own for as long as it knows the key.
 */
export const checkoutKey = (
  { accountId, mode }: { accountId: string; mode: Mode },
  before: Checkout | null,
  { amount, currency }: Price,
  now: Date,
): string =>
  [accountId, mode, before?._id ?? 'first', amount, currency, Math.floor(now.getTime() / ATTEMPT_MS)].join('/')

/** What a payment means for the checkout that it names. */
export type PaymentVerdict = 'unknown' | 'of_another' | 'unpaid' | 'wrong_amount' | 'paid'

export const judgePayment = (checkout: Checkout | null, mode: Mode, payment: Payment): PaymentVerdict => {
  if (!checkout) return 'unknown'
  if (checkout.mode !== mode || checkout.accountId !== payment.accountId) return 'of_another'
  if (!payment.isPaid) return 'unpaid'
  const { amount, currency } = payment
  const isWhole = amount !== null && currency !== null && isSamePrice(checkout.price, { amount, currency })
  return isWhole ? 'paid' : 'wrong_amount'
}

const isSamePrice = (one: Price, other: Price): boolean =>
  one.amount === other.amount && one.currency === other.currency

import type { Mode } from '../calls/call.ts'
import { purseOf } from '../credits/credit.ts'
import type { CreditStore } from '../credits/store.ts'
import { AppError, messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { PaymentProvider } from '../providers/ports.ts'
import { CREDITS_SOLD, checkoutKey, isOffered, judgePayment } from './checkout.ts'
import type { Payment, Price } from './checkout.ts'
import type { CheckoutStore } from './store.ts'

/** Where credits of a mode are sold, and for how much ten of them. */
export interface Shop {
  provider: PaymentProvider
  price: Price
}

export interface CheckoutServiceDeps {
  checkouts: CheckoutStore
  credits: Pick<CreditStore, 'grant'>
  /** By mode; `null` where nothing is sold. */
  shops: Record<Mode, Shop | null>
  log: Log
}

interface Buyer {
  accountId: string
  mode: Mode
}

export type CheckoutService = ReturnType<typeof createCheckoutService>

/** Selling credits (P1–P3 of checkout.ts). */
export const createCheckoutService = ({ checkouts, credits, shops, log }: CheckoutServiceDeps) => {
  const open = async (buyer: Buyer, { provider, price }: Shop): Promise<string> => {
    const { accountId, mode } = buyer
    const now = new Date()
    const latest = await checkouts.findLatest(accountId, mode)
    if (latest && isOffered(latest, price, now) && (await provider.isOpen(latest._id))) return latest.url
    const sale = { accountId, credits: CREDITS_SOLD, price }
    const idempotencyKey = checkoutKey(buyer, latest, price, now)
    const { id, url, expiresAt } = await provider.createCheckout({ ...sale, idempotencyKey })
    await checkouts.insert({ _id: id, ...sale, mode, url, createdAt: now, expiresAt })
    return url
  }

  return {
    /** The `insufficient_credits` of an account, with the page on which it can buy more, where there is one. */
    insufficientCredits: async (buyer: Buyer, remaining: number): Promise<AppError> => {
      const shop = shops[buyer.mode]
      if (!shop) return refusal(remaining, 'None are sold here: ask whoever runs this server for more')
      try {
        const url = await open(buyer, shop)
        return refusal(remaining, `Buy ${CREDITS_SOLD} more on the page in buy_credits_url`, {
          buy_credits_url: url,
        })
      } catch (error) {
        log.error({ account_id: buyer.accountId, reason: messageOf(error) }, 'no checkout could be made')
        return refusal(
          remaining,
          'The page to buy more on cannot be made at the moment: repeat the request for it',
        )
      }
    },

    /** Takes in what the provider of `mode` tells of a checkout. What does not agree with the store is logged and adds nothing. */
    notePayment: async (mode: Mode, payment: Payment): Promise<void> => {
      const checkout = await checkouts.find(payment.checkoutId)
      const verdict = judgePayment(checkout, mode, payment)
      const facts = { checkout_id: payment.checkoutId, account_id: checkout?.accountId, verdict }
      // Others may sell through the same account of the provider: their payments are none of ours.
      if (!checkout || verdict === 'unknown') return log.info(facts, 'a payment for something else')
      if (verdict === 'of_another' || verdict === 'wrong_amount')
        return log.error({ ...facts, payment }, 'a payment that is not what was sold: nothing is granted')
      if (verdict === 'unpaid') return log.info(facts, 'a payment that takes days has begun')
      const grant = await credits.grant(purseOf(checkout), checkout._id, checkout.credits)
      log[grant === 'no_account' ? 'error' : 'info']({ ...facts, credits: checkout.credits, grant }, 'a payment')
    },
  }
}

const refusal = (remaining: number, advice: string, fields: Record<string, string> = {}): AppError =>
  new AppError(
    'insufficient_credits',
    `Not enough credits. Expected at least 1 for a call, the account has ${remaining}. ${advice}`,
    {},
    fields,
  )

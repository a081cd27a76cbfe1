// The parameters of POST /v1/checkout/sessions, as far as a one-time payment on Stripe's own page needs them. A
// documented one that is not here is refused, never ignored. Source: https://docs.stripe.com/api/checkout/sessions/create
import { z } from 'zod'
import { StripeRefusal } from './errors.ts'
import type { Form } from './form.ts'

const DAY_SECONDS = 24 * 60 * 60
const SHORTEST_SECONDS = 30 * 60

const whole = z
  .string()
  .regex(/^\d{1,10}$/, 'Invalid integer')
  .transform(Number)
const flag = z.enum(['true', 'false']).transform(text => text === 'true')
const list = <T extends z.ZodType>(item: T) =>
  z.record(z.string().regex(/^\d+$/), item).transform(Object.values<z.output<T>>)

const lineItem = z.strictObject({
  quantity: whole,
  price_data: z.strictObject({
    currency: z
      .string()
      .regex(/^[a-z]{3}$/i, 'Invalid currency')
      .transform(text => text.toLowerCase()),
    unit_amount: whole,
    product_data: z.strictObject({ name: z.string().min(1), description: z.string().optional() }),
  }),
})

const metadata = z
  .record(z.string().max(40), z.string().max(500))
  .refine(entries => Object.keys(entries).length <= 50, 'Metadata can have up to 50 keys')

const parameters = z.strictObject({
  mode: z.literal('payment', 'The sandbox knows the mode payment only'),
  line_items: list(lineItem),
  success_url: z.url(),
  cancel_url: z.url().optional(),
  client_reference_id: z.string().max(200).optional(),
  metadata: metadata.default({}),
  adaptive_pricing: z.strictObject({ enabled: flag }).optional(),
  expires_at: whole.optional(),
})

export type SessionParameters = z.output<typeof parameters>

/** Checks the parameters of a new session; throws what Stripe answers to the first that is wrong. */
export const parseParameters = (form: Form, nowSeconds: number): SessionParameters => {
  const result = parameters.safeParse(form, { reportInput: true })
  if (!result.success) throw refusalOf(result.error.issues[0])
  const { expires_at: expiresAt } = result.data
  if (expiresAt !== undefined && !isBetween(expiresAt - nowSeconds, SHORTEST_SECONDS, DAY_SECONDS))
    throw new StripeRefusal(400, 'The `expires_at` timestamp must be 30 minutes to 24 hours from now.', {
      param: 'expires_at',
    })
  return result.data
}

const isBetween = (value: number, least: number, most: number): boolean => value >= least && value <= most

const refusalOf = (issue: z.core.$ZodIssue | undefined): StripeRefusal => {
  const path = (issue?.path ?? []).map(String)
  if (issue?.code === 'unrecognized_keys') {
    const param = nameOf([...path, issue.keys[0] ?? ''])
    return new StripeRefusal(400, `Received unknown parameter: ${param}`, { code: 'parameter_unknown', param })
  }
  const param = nameOf(path)
  return issue?.input === undefined
    ? new StripeRefusal(400, `Missing required param: ${param}.`, { code: 'parameter_missing', param })
    : new StripeRefusal(400, `${issue.message}: ${param}`, { code: 'parameter_invalid', param })
}

const nameOf = ([first = '', ...rest]: string[]): string => first + rest.map(part => `[${part}]`).join('')

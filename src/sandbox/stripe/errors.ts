// Errors as Stripe answers them: https://docs.stripe.com/api/errors

/** A request that is refused; thrown by what reads requests, answered at the wire. */
export class StripeRefusal extends Error {
  readonly status: number
  readonly type: 'invalid_request_error' | 'idempotency_error'
  readonly code: string | undefined
  readonly param: string | undefined

  constructor(
    status: number,
    message: string,
    { type = 'invalid_request_error', code, param }: Partial<Pick<StripeRefusal, 'type' | 'code' | 'param'>> = {},
  ) {
    super(message)
    this.name = 'StripeRefusal'
    this.status = status
    this.type = type
    this.code = code
    this.param = param
  }
}

/** The refusal as the body of an answer. */
export const presentRefusal = ({ message, type, code, param }: StripeRefusal) => ({
  error: {
    ...(code !== undefined && {
      code,
      doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
    }),
    message,
    ...(param !== undefined && { param }),
    type,
  },
})

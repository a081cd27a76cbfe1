// The answers of an operation that are errors: one a status, with every code that it can have.
import { z } from 'zod'
import type { ZodOpenApiResponseObject } from 'zod-openapi'

import type { ErrorCode } from '../errors.ts'
import { ERRORS } from '../http/error-codes.ts'
import { errorHeaders } from './headers.ts'

const CHECKOUT = 'https://checkout.stripe.com/c/pay/cs_live_a1b2c3'

/** The answers that these errors are, by status. */
export const errorResponses = (codes: ErrorCode[]): Record<string, ZodOpenApiResponseObject> => {
  const byStatus = Object.groupBy(new Set(codes), code => ERRORS[code].status)
  return Object.fromEntries(Object.entries(byStatus).map(([status, ofIt = []]) => [status, errorResponse(ofIt)]))
}

const errorResponse = (codes: ErrorCode[]): ZodOpenApiResponseObject => ({
  description: codes.map(code => `\`${code}\`: ${ERRORS[code].when}`).join('\n\n'),
  headers: errorHeaders(codes),
  content: {
    'application/json': {
      schema: errorBody(codes),
      examples: Object.fromEntries(codes.map(code => [code, { value: exampleOf(code) }])),
    },
  },
})

const errorBody = (codes: ErrorCode[]) =>
  z.object({
    error: z.string().meta({
      description: 'What is wrong and what was expected, for people.',
      examples: codes.map(code => ERRORS[code].example),
    }),
    code: z.enum(codes).meta({ description: 'What is wrong, for programs.', examples: codes }),
    ...(codes.includes('insufficient_credits') && {
      buy_credits_url: z
        .url()
        .optional()
        .meta({
          description: 'A page on which ten credits are bought; left out where none are sold.',
          examples: [CHECKOUT],
        }),
    }),
  })

const exampleOf = (code: ErrorCode) => ({
  error: ERRORS[code].example,
  code,
  ...(code === 'insufficient_credits' && { buy_credits_url: CHECKOUT }),
})

// One operation of the document: what it takes, and every answer that it can give.
import { z } from 'zod'
import type { ZodOpenApiOperationObject } from 'zod-openapi'

import type { ErrorCode } from '../errors.ts'
import type { Route } from '../http/route.ts'
import { errorResponses } from './errors.ts'
import { successHeaders } from './headers.ts'

/** Errors that every operation can answer with. */
const OF_ALL: ErrorCode[] = ['unauthorized', 'rate_limit_exceeded', 'internal_error', 'unavailable']

const IDEMPOTENCY_KEY = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[ -~]+$/)
    .optional()
    .meta({
      description:
        'Any text of your choice. With it the request may be repeated for 24 hours: it is answered as the first time, and no second call is made.',
      examples: ['order-4711'],
    }),
})

/** A route as the document has it. */
export const operationOf = (route: Route): ZodOpenApiOperationObject => {
  const { operationId, tag, summary, description, params, query, body, response } = route
  return {
    operationId,
    tags: [tag],
    summary,
    description,
    requestParams: {
      ...(params && { path: params }),
      ...(query && { query: offAtFirst(query) }),
      ...(route.isIdempotent && { header: offAtFirst(IDEMPOTENCY_KEY) }),
    },
    ...(body && { requestBody: requestBody(body) }),
    responses: {
      [response.status]: {
        description: response.description,
        headers: successHeaders(route),
        content: { 'application/json': { schema: response.schema } },
      },
      ...errorResponses([...OF_ALL, ...route.errors]),
    },
  }
}

/** The reference sends every parameter that has an example; those that may be left out it shall leave out at first. */
const offAtFirst = ({ shape }: z.ZodObject): z.ZodObject =>
  z.object(
    Object.fromEntries(
      Object.entries(shape).map(([name, parameter]) => {
        const meta = (parameter as z.ZodType).meta() ?? {}
        const { examples } = { ...meta, ...(meta.override as { examples?: unknown[] }) }
        const param = { examples: { default: { value: examples?.[0], 'x-disabled': true } } }
        return [name, (parameter as z.ZodType).meta({ ...meta, param })]
      }),
    ),
  )

const requestBody = (schema: z.ZodType) => {
  const [example] = schema.meta()?.examples ?? []
  return { required: true, content: { 'application/json': { schema, ...(example !== undefined && { example }) } } }
}

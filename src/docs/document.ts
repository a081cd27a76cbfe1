// The API in OpenAPI 3.1, made of the routes that answer it and the schemas that check it.
import { z } from 'zod'
import { createDocument } from 'zod-openapi'
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from 'zod-openapi'

import type { ErrorCode } from '../errors.ts'
import { ERRORS } from '../http/error-codes.ts'
import type { Route, Tag } from '../http/route.ts'
import { guide } from './guide.ts'
import { HEADERS, errorHeaders, successHeaders } from './headers.ts'

const VERSION = '1.0.0'

const TAGS: Record<Tag, string> = {
  Calls: 'Place calls, follow them, cancel them.',
  Credits: 'What calls cost, and what is left.',
  'Do-not-call list': 'Numbers that are never called.',
  'Test numbers': 'What happens on calls with a test key.',
}

/** Errors that every operation can answer with. */
const OF_ALL: ErrorCode[] = ['unauthorized', 'rate_limit_exceeded', 'internal_error', 'unavailable']

export type ApiDocument = ReturnType<typeof createDocument>

/** The document of an API that is reached at `publicUrl`. */
export const describeApi = (routes: readonly Route[], publicUrl: string): ApiDocument =>
  createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Errand',
        version: VERSION,
        summary: 'Phone calls that pursue an objective.',
        description: guide(publicUrl),
        license: { name: 'MIT', identifier: 'MIT' },
      },
      // Without its host: the page that shows this document calls where it came from.
      servers: [{ url: new URL(publicUrl).pathname, description: 'This server.' }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      security: [{ apiKey: [] }, { bearer: [] }],
      paths: pathsOf(routes),
      components: {
        headers: HEADERS,
        securitySchemes: {
          apiKey: {
            type: 'apiKey',
            in: 'header',
            name: 'x-api-key',
            description: 'A key of your account: `ak_test_…` rings nobody, `ak_live_…` does.',
          },
          bearer: { type: 'http', scheme: 'bearer', description: 'The same key as `Authorization: Bearer`.' },
        },
      },
    },
    { override: ({ jsonSchema }) => simplify(jsonSchema) },
  )

interface JsonSchema extends Record<string, unknown> {
  type?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
}

/** What zod writes down, as people would. */
const simplify = (schema: JsonSchema): void => {
  // An integer is always one that JavaScript can count to.
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum']
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum']
  // An answer may get more fields than it has today.
  if (schema['additionalProperties'] === false) delete schema['additionalProperties']
  const [some, none, ...others] = schema.anyOf ?? []
  if (!some || typeof some.type !== 'string' || none?.type !== 'null' || others.length > 0) return
  delete schema.anyOf
  Object.assign(schema, { ...some, ...schema, type: [some.type, 'null'] })
  if (schema.enum) schema.enum = [...schema.enum, null]
}

const pathsOf = (routes: readonly Route[]): Record<string, Record<string, ZodOpenApiOperationObject>> => {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return paths
}

const operationOf = (route: Route): ZodOpenApiOperationObject => {
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

const errorResponses = (codes: ErrorCode[]): Record<string, ZodOpenApiResponseObject> => {
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

const CHECKOUT = 'https://checkout.stripe.com/c/pay/cs_live_a1b2c3'

const exampleOf = (code: ErrorCode) => ({
  error: ERRORS[code].example,
  code,
  ...(code === 'insufficient_credits' && { buy_credits_url: CHECKOUT }),
})

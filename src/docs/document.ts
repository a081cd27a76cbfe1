// The API in OpenAPI 3.1, made of the routes that answer it and the schemas that check it.
import { createDocument } from 'zod-openapi'
import type { ZodOpenApiOperationObject } from 'zod-openapi'

import type { Route, Tag } from '../http/route.ts'
import { guide } from './guide.ts'
import { HEADERS } from './headers.ts'
import { operationOf } from './operation.ts'

const VERSION = '1.0.0'

const TAGS: Record<Tag, string> = {
  Calls: 'Place calls, follow them, cancel them.',
  Credits: 'What calls cost, and what is left.',
  'Do-not-call list': 'Numbers that are never called.',
  'Test numbers': 'What happens on calls with a test key.',
}

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

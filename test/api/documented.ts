// Holds answers against the API's own document: what it does not tell of must not happen.
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Middleware } from 'koa'

import { routesOf } from '../../src/app.ts'
import type { AppDeps } from '../../src/app.ts'
import { describeApi } from '../../src/docs/document.ts'
import { messageOf } from '../../src/errors.ts'

export interface SchemaObject {
  type?: string | string[]
  description?: string
  examples?: unknown[]
  enum?: unknown[]
  pattern?: string
  format?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  maxProperties?: number
  $ref?: string
  required?: string[]
  properties?: Record<string, SchemaObject>
  additionalProperties?: boolean | SchemaObject
  items?: SchemaObject
}

interface Content {
  'application/json': { schema: SchemaObject }
}

export interface OperationObject {
  summary: string
  description: string
  operationId: string
  parameters?: {
    in: 'path' | 'query' | 'header'
    name: string
    description: string
    required?: boolean
    schema: SchemaObject
  }[]
  requestBody?: { content: Content }
  responses: Record<string, { description: string; headers: Record<string, unknown>; content: Content }>
}

/** As much of an OpenAPI document as the tests read. */
export interface ApiDocument {
  openapi: string
  info: { description: string }
  paths: Record<string, Record<string, OperationObject>>
  components: {
    schemas: Record<string, SchemaObject>
    headers: Record<string, { description: string; example: unknown }>
  }
}

export interface Answer {
  status: number
  headers: Headers
  text: string
}

const TOLD = ['retry-after', 'idempotent-replayed', 'www-authenticate']

/** Throws, saying how, when an answer of the API is not as `document` says. Paths outside /api/v1 are not in it. */
const createAnswerCheck = (document: ApiDocument) => {
  const ajv = addFormats.default(new Ajv2020({ strict: false }))
  ajv.addSchema(closed(document) as object, 'api')
  const compiled = new Map<string, ValidateFunction>()
  const validator = (path: string[]): ValidateFunction => {
    const pointer = path
      .map(part => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/')
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `api#/${pointer}` })
    compiled.set(pointer, known)
    return known
  }

  return (method: string, url: string, answer: Answer): void => {
    // As it was sent: no URL is made of it, which would mend it.
    const [pathname = ''] = url.split('?', 1)
    const at = `${method} ${pathname.slice(0, 100)} → ${answer.status}`
    const fail = (what: string): never => {
      throw new Error(`Not as documented: ${at}: ${what}\n${answer.text.slice(0, 500)}`)
    }
    if (!answer.headers.has('x-request-id')) fail('no x-request-id')
    const path = Object.keys(document.paths).find(path => patternOf(path).test(pathname))
    const item = path === undefined ? {} : document.paths[path]!
    const name = (method === 'HEAD' ? 'GET' : method).toLowerCase()
    const operation = item[name]
    if (!path || !operation) return checkMissing(method, Object.keys(item), answer, fail)
    const response = operation.responses[answer.status] ?? fail('this status is not documented')
    const documented = Object.keys(response.headers).map(header => header.toLowerCase())
    for (const header of TOLD)
      if (answer.headers.has(header) && !documented.includes(header)) fail(`${header} is not documented`)
    if (method === 'HEAD') return
    const body = jsonOf(answer, fail)
    const validate = validator([
      'paths',
      path,
      name,
      'responses',
      String(answer.status),
      'content',
      'application/json',
      'schema',
    ])
    if (!validate(body)) fail(ajv.errorsText(validate.errors))
    if (
      documented.includes('retry-after') &&
      [429, 503].includes(answer.status) &&
      !answer.headers.has('retry-after')
    )
      fail('no Retry-After')
  }
}

/** The document of an API that is made of `deps`. */
export const documentOf = (deps: AppDeps): ApiDocument =>
  JSON.parse(JSON.stringify(describeApi(routesOf(deps), deps.publicUrl))) as ApiDocument

let described: AppDeps | undefined
let check: ReturnType<typeof createAnswerCheck> | undefined

/** From now on answers are held against the document of the API that is made of `deps`. */
export const checkAgainst = (deps: AppDeps): void => {
  described = deps
}

/** Throws, saying how, when an answer of the API is not as its document says. */
export const checkAnswer = (method: string, path: string, answer: Answer): void => {
  if (!path.startsWith('/api/v1')) return
  if (!described) throw new Error('no API has been started')
  check ??= createAnswerCheck(documentOf(described))
  check(method, path, answer)
}

/** What was answered that is not documented; every test file's `useApi` looks at it after each test. */
export const undocumented: string[] = []

/** Holds every answer that an app gives against the document, whoever asks for it. */
export const watchAnswers: Middleware = async (ctx, next) => {
  await next()
  const { method, originalUrl, status, body } = ctx
  const headers = new Headers(
    Object.entries(ctx.response.headers).map(([name, value]): [string, string] => [name, String(value)]),
  )
  try {
    const text = typeof body === 'string' ? body : body === null || body === undefined ? '' : JSON.stringify(body)
    checkAnswer(method, originalUrl, { status, headers, text })
  } catch (error) {
    undocumented.push(messageOf(error))
  }
}

/** What has no operation: OPTIONS, a method that a path does not have, a path that there is not. */
const checkMissing = (method: string, methods: string[], answer: Answer, fail: (what: string) => never): void => {
  const { code, error } = (answer.text === '' ? {} : jsonOf(answer, fail)) as Record<string, unknown>
  const allow = answer.headers.get('allow')?.toLowerCase() ?? ''
  if (methods.length === 0) {
    if (answer.status !== 404 || (method !== 'HEAD' && code !== 'not_found')) fail('expected 404 not_found')
    return
  }
  if (!methods.every(one => allow.includes(one))) fail('expected Allow with every method')
  if (method === 'OPTIONS' ? answer.status !== 204 : answer.status !== 405) fail('expected 204 or 405')
  if (answer.status === 405 && method !== 'HEAD' && (code !== 'method_not_allowed' || typeof error !== 'string'))
    fail('expected method_not_allowed')
}

const jsonOf = ({ headers, text }: Answer, fail: (what: string) => never): unknown => {
  if (!headers.get('content-type')?.startsWith('application/json')) fail('its content type is not JSON')
  try {
    return JSON.parse(text)
  } catch {
    return fail('it is not JSON')
  }
}

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`)

/** The document, with no fields allowed but those that it names: clients may meet new ones, these tests may not. */
const closed = (part: unknown): unknown => {
  if (Array.isArray(part)) return part.map(closed)
  if (typeof part !== 'object' || part === null) return part
  const inner = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, closed(value)]))
  return 'properties' in part && 'type' in part ? { ...inner, additionalProperties: false } : inner
}

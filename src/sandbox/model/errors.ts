import type { z } from 'zod'

/** The body of an error as OpenAI's REST answers and Realtime `error` events have it. */
export interface ApiError {
  type: 'invalid_request_error' | 'server_error'
  code: string | null
  message: string
  param: string | null
}

/** A request that is refused; thrown by what reads requests, caught at the wire. `status` is for REST only. */
export class ApiRefusal extends Error {
  readonly error: ApiError
  readonly status: number

  constructor(code: string | null, message: string, param: string | null = null, status = 400) {
    super(message)
    this.name = 'ApiRefusal'
    this.error = { type: status >= 500 ? 'server_error' : 'invalid_request_error', code, message, param }
    this.status = status
  }
}

/** A documented feature that this sandbox does not have: said, never ignored. */
export const notInSandbox = (what: string, param: string | null): ApiRefusal =>
  new ApiRefusal('unsupported_by_sandbox', `${what} is not supported by this sandbox.`, param)

/** Parses what came over the wire. Throws an ApiRefusal with the first thing that is wrong, worded as OpenAI does. */
export const parseWire = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> => {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw issue ? refusalFrom(issue) : new ApiRefusal(null, result.error.message)
}

type Issue = z.core.$ZodIssue

const refusalFrom = (issue: Issue): ApiRefusal => {
  const param = paramOf(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const unknown = paramOf([...issue.path, issue.keys[0] ?? ''])
    return new ApiRefusal('unknown_parameter', `Unknown parameter: '${unknown}'.`, unknown)
  }
  const got = issue.code === 'invalid_union' && issue.discriminator ? fieldOf(issue) : issue.input
  if (got === undefined && isAboutType(issue))
    return new ApiRefusal('missing_required_parameter', `Missing required parameter: '${param}'.`, param)
  if (issue.code === 'invalid_type') return wrongType(param, issue.expected, got)
  if (issue.code === 'invalid_union') return refusalFromUnion(issue, got)
  if (issue.code === 'invalid_value') return wrongValue(param, issue.values, got)
  return new ApiRefusal('invalid_value', `Invalid '${param}': ${issue.message}.`, param)
}

const isAboutType = (issue: Issue): boolean =>
  issue.code === 'invalid_type' || issue.code === 'invalid_union' || issue.code === 'invalid_value'

const fieldOf = (issue: Issue & { code: 'invalid_union' }): unknown => {
  const field = issue.path.at(-1)
  return typeof issue.input === 'object' && issue.input !== null && typeof field === 'string'
    ? (issue.input as Record<string, unknown>)[field]
    : undefined
}

const refusalFromUnion = (issue: Issue & { code: 'invalid_union' }, got: unknown): ApiRefusal => {
  if ('options' in issue && Array.isArray(issue.options))
    return wrongValue(paramOf(issue.path), issue.options, got)
  // The branch that got furthest says best what is wrong.
  const inner = issue.errors.flat().find(found => found.path.length > 0 || found.code !== 'invalid_type')
  if (!inner)
    return new ApiRefusal('invalid_type', `Invalid type for '${paramOf(issue.path)}'.`, paramOf(issue.path))
  return refusalFrom({ ...inner, path: [...issue.path, ...inner.path] })
}

const wrongType = (param: string, expected: string, got: unknown): ApiRefusal =>
  new ApiRefusal(
    'invalid_type',
    `Invalid type for '${param}': expected ${aType(expected)}, but got ${aType(typeOf(got))} instead.`,
    param,
  )

const wrongValue = (param: string, values: readonly unknown[], got: unknown): ApiRefusal => {
  const supported = values.map(value => `'${String(value)}'`).join(', ')
  const shown = typeof got === 'string' ? `'${got}'` : JSON.stringify(got)
  return new ApiRefusal('invalid_value', `Invalid value: ${shown}. Supported values are: ${supported}.`, param)
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const aType = (name: string): string => {
  if (name === 'null') return name
  return `${/^[aeio]/.test(name) ? 'an' : 'a'} ${name}`
}

const paramOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? String(key) : `${text}.${String(key)}`
  }, '')

// The headers of answers. What every answer has is said once, here.
import type { ErrorCode } from '../errors.ts'
import type { Route } from '../http/route.ts'

const header = (description: string, example: string | number, type: 'string' | 'integer' = 'string') => ({
  description,
  schema: { type, examples: [example] },
  example,
})

/** Every header that an answer can have, by its name on the wire. */
export const HEADERS = {
  'x-request-id': header('The id of the request, for questions about it.', 'req_1n3r5s8v2w4y6z9b'),
  'RateLimit-Limit': header(
    'How many calls the key may place in a window; without a valid key, how many requests its address may send.',
    10,
    'integer',
  ),
  'RateLimit-Remaining': header('How many of them are left in this one.', 9, 'integer'),
  'RateLimit-Reset': header('In how many seconds the window ends.', 42, 'integer'),
  'RateLimit-Policy': header('The limit, and its window in seconds.', '10;w=60'),
  'Retry-After': header('After how many seconds to retry.', 42, 'integer'),
  'WWW-Authenticate': header('How a key may be given.', 'Bearer'),
  'Idempotent-Replayed': header(
    '`true` when the request was answered before, and this is that answer again.',
    'true',
  ),
} as const

type HeaderName = keyof typeof HEADERS

const ALWAYS: HeaderName[] = [
  'x-request-id',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
]

const OF_ERROR: Partial<Record<ErrorCode, HeaderName>> = {
  unauthorized: 'WWW-Authenticate',
  idempotency_in_progress: 'Retry-After',
  rate_limit_exceeded: 'Retry-After',
  too_many_calls: 'Retry-After',
  unavailable: 'Retry-After',
}

/** The headers of an operation's successful answer. */
export const successHeaders = ({ isIdempotent }: Route) =>
  references([...ALWAYS, ...(isIdempotent ? (['Idempotent-Replayed'] as const) : [])])

/** The headers of an answer with one of these errors. */
export const errorHeaders = (codes: readonly ErrorCode[]) =>
  references([...ALWAYS, ...new Set(codes.flatMap(code => OF_ERROR[code] ?? []))])

const references = (names: readonly HeaderName[]) =>
  Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` as const }]))

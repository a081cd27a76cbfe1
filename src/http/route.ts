import type { z } from 'zod'

import type { ErrorCode } from '../errors.ts'
import type { Attempt } from '../idempotency/service.ts'
import type { Principal } from '../keys/service.ts'
import { parseFields, parsePresent } from './fields.ts'

type Fields = z.ZodObject

/** Under what an operation is found in the documentation. */
export type Tag = 'Calls' | 'Credits' | 'Do-not-call list' | 'Test numbers'

/** One operation of the API: what it takes, gives and refuses, for the router and for its documentation. */
interface Operation<P extends Fields, Q extends Fields, B extends Fields, R extends z.ZodType, A = unknown> {
  method: 'GET' | 'POST' | 'DELETE'
  /** As the router has it: `/api/v1/calls/:call_id`. */
  path: string
  operationId: string
  tag: Tag
  summary: string
  description: string
  /** Made of `field`s, as query and body are. */
  params?: P
  query?: Q
  body?: B
  /** Fields whose invalid values have a code of their own. */
  fieldCodes?: Partial<Record<string, ErrorCode>>
  /** Whether it may be repeated with the same Idempotency-Key; it takes a body then. */
  isIdempotent?: true
  /** Whether it counts against the key's limit of calls a minute. */
  isRateLimited?: true
  /** The one successful answer. */
  response: { status: number; description: string; schema: R }
  /** Error codes besides those that every operation has. */
  errors: ErrorCode[]
  /** Reads of the call that the path names while the key is looked up; `handle` decides whether the key may see it. */
  readAhead?: (callId: string) => Promise<A>
  /** Is given checked fields only. */
  handle: (input: {
    principal: Principal
    params: z.output<P>
    query: z.output<Q>
    body: z.output<B>
    /** The right to act once; `null` for a request without a key. */
    attempt: Attempt | null
    /** What is being read ahead; absent where the path holds no call's id. */
    ahead?: Promise<A>
  }) => Promise<z.input<R>>
}

/** What arrived, before its fields are checked. */
export interface RawRequest {
  principal: Principal
  params: Record<string, unknown>
  query: Record<string, unknown>
  body: Record<string, unknown>
  attempt: Attempt | null
  ahead?: Promise<unknown>
}

/** An operation as the router and the documentation see it, whatever its fields are. */
export interface Route extends Omit<Operation<Fields, Fields, Fields, z.ZodType>, 'handle'> {
  /** Checks the fields, then handles. */
  answer: (request: RawRequest) => Promise<unknown>
}

/** Declares an operation: its handler's types are those of its schemas. */
export const defineRoute = <P extends Fields, Q extends Fields, B extends Fields, R extends z.ZodType, A>({
  handle,
  ...operation
}: Operation<P, Q, B, R, A>): Route => ({
  ...operation,
  answer: async ({ principal, params, query, body, attempt, ahead }) =>
    await handle({
      principal,
      attempt,
      // What `readAhead` gave, on its way through the router, which does not look at it.
      ...(ahead && { ahead: ahead as Promise<A> }),
      params: check(operation.params, params, parsePresent, operation.fieldCodes),
      query: check(operation.query, query, parseFields),
      body: check(operation.body, body, parseFields, operation.fieldCodes),
    }),
})

// An operation without a schema takes no such fields, and its handler has none to read.
const check = <T extends Fields>(
  schema: T | undefined,
  fields: Record<string, unknown>,
  parse: typeof parseFields,
  codes?: Partial<Record<string, ErrorCode>>,
): z.output<T> => (schema ? parse(schema, fields, codes) : ({} as z.output<T>))

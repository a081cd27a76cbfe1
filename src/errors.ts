/** What an API client may be told; `http/error-codes.ts` has the status and the meaning of each. */
export type ErrorCode =
  | 'invalid_json'
  | 'invalid_body'
  | 'missing_field'
  | 'unauthorized'
  | 'insufficient_credits'
  | 'call_not_found'
  | 'not_found'
  | 'method_not_allowed'
  | 'call_already_ended'
  | 'idempotency_conflict'
  | 'idempotency_in_progress'
  | 'invalid_phone'
  | 'unsupported_region'
  | 'emergency_number'
  | 'blocked_number'
  | 'validation_error'
  | 'rate_limit_exceeded'
  | 'too_many_calls'
  | 'internal_error'
  | 'unavailable'

/** An error whose text was written for the API's client: it says what is wrong and what was expected. */
export class AppError extends Error {
  readonly code: ErrorCode
  /** Response headers that belong to this error, such as `Retry-After` and `Allow`. */
  readonly headers: Record<string, string>
  /** What the response's body has besides the text and the code. */
  readonly fields: Record<string, string>

  constructor(
    code: ErrorCode,
    message: string,
    headers: Record<string, string> = {},
    fields: Record<string, string> = {},
  ) {
    super(message)
    this.name = 'AppError'
    this.code = code
    this.headers = headers
    this.fields = fields
  }
}

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

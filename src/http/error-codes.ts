import type { ErrorCode } from '../errors.ts'

export interface ErrorFacts {
  status: number
  /** When it is the answer. */
  when: string
  /** One of its texts: each says what is wrong and what was expected. */
  example: string
}

/** Every error that a client can be given, for the responses and for their documentation. */
export const ERRORS: Record<ErrorCode, ErrorFacts> = {
  invalid_json: {
    status: 400,
    when: 'The body does not parse.',
    example: 'The request body is not valid JSON. Expected a JSON object',
  },
  invalid_body: {
    status: 400,
    when: 'The body is not a JSON object, cannot be read, is larger than 64 KiB, or nested deeper than 64 levels.',
    example: 'Invalid request body. Expected a JSON object, got an array',
  },
  missing_field: {
    status: 400,
    when: 'A required field is missing, `null` or blank; the text names it.',
    example: "Missing required field 'to_phone_number'. Expected E.164 phone number like +14155551234",
  },
  unauthorized: {
    status: 401,
    when: 'The key is missing, malformed, unknown or revoked.',
    example:
      'Invalid or missing API key. Expected a key of your account in the x-api-key header, or as Authorization: Bearer',
  },
  insufficient_credits: {
    status: 402,
    when: 'The account has no credit left for a call. `buy_credits_url` is a page on which ten are bought, where they are sold.',
    example:
      'Not enough credits. Expected at least 1 for a call, the account has 0. Buy 10 more on the page in buy_credits_url',
  },
  call_not_found: {
    status: 404,
    when: "There is no such call, or it is another account's, or one of the other kind of key.",
    example: 'No such call. Expected the id of a call made with a key of this account and mode',
  },
  not_found: {
    status: 404,
    when: 'There is no such path, or nothing at it.',
    example: 'This number is not on the do-not-call list. Expected one that is, like +14155551234',
  },
  method_not_allowed: {
    status: 405,
    when: 'The path has no such method; `Allow` says which it has.',
    example: 'Method PUT is not allowed here. Expected one of: POST, HEAD, GET, OPTIONS',
  },
  call_already_ended: {
    status: 409,
    when: 'The conversation is over, so there is nothing to cancel.',
    example: 'The call is over. Expected one whose conversation has not ended yet',
  },
  idempotency_conflict: {
    status: 409,
    when: 'The `Idempotency-Key` was used with another body within 24 hours.',
    example:
      'This Idempotency-Key was used with another body within the last 24 hours. Expected the same body, or a new key',
  },
  idempotency_in_progress: {
    status: 409,
    when: 'The first request with this `Idempotency-Key` is still being carried out: retry after `Retry-After` seconds.',
    example: 'A request with this Idempotency-Key is being carried out. Expected a retry when it is done',
  },
  invalid_phone: {
    status: 422,
    when: 'The number is not written in E.164, or there is no such number.',
    example: 'No such phone number exists. Expected E.164 phone number like +14155551234',
  },
  unsupported_region: {
    status: 422,
    when: 'The number is outside the US and Canada; `+1` alone does not make it theirs.',
    example:
      'Numbers outside the US and Canada cannot be called. Expected a US or Canadian phone number like +14155551234',
  },
  emergency_number: {
    status: 422,
    when: '911, 112, 988, N11 and their like, with or without `+1`.',
    example:
      'Emergency and service numbers cannot be called. Expected the number of a person or business, like +14155551234',
  },
  blocked_number: {
    status: 422,
    when: 'A premium or personal number, or one on your do-not-call list.',
    example: 'Premium and personal numbers cannot be called. Expected an ordinary phone number like +14155551234',
  },
  validation_error: {
    status: 422,
    when: 'Any other value is invalid; the text names the field or header.',
    example: "Invalid value of field 'max_duration_seconds'. Expected an integer from 60 to 1800",
  },
  rate_limit_exceeded: {
    status: 429,
    when: 'Too many calls a minute with this key, too many an hour to this number where your account limits them, or too many requests without a valid key from this address: retry after `Retry-After` seconds.',
    example: 'Too many calls with this key. Expected at most 10 in 60 seconds: retry in 42 seconds',
  },
  too_many_calls: {
    status: 429,
    when: 'More calls are open at once, or more credits are spent in a day, than the account may have: retry after `Retry-After` seconds.',
    example: 'Too many calls are open at once. Expected at most 50: retry when one of them has ended',
  },
  internal_error: {
    status: 500,
    when: 'Something went wrong on our side; the text has the request id to quote, and nothing else.',
    example: 'Something went wrong on our side. Quote this request id to support: req_1n3r5s8v2w4y6z9b',
  },
  unavailable: {
    status: 503,
    when: 'The request may not have been carried out, or calling is not set up here: retry after `Retry-After` seconds, with the same `Idempotency-Key`.',
    example:
      'The request could not be carried out, and may not have been accepted. Retry it with the same Idempotency-Key in a few seconds.',
  },
}

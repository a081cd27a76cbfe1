// Errors and warnings as Twilio numbers them: https://www.twilio.com/docs/api/errors

/** An error of the REST API: a status and Twilio's JSON. */
export class CarrierError extends Error {
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.name = 'CarrierError'
    this.status = status
    this.code = code
  }
}

/** The error as the REST API answers it. */
export const presentError = ({ status, code, message }: CarrierError) => ({
  code,
  message,
  more_info: `https://www.twilio.com/docs/errors/${code}`,
  status,
})

/** 20003: wrong or missing credentials. */
export const unauthenticated = (): CarrierError => new CarrierError(401, 20003, 'Authenticate')

/** 20404: no such resource. */
export const notFound = (path: string): CarrierError =>
  new CarrierError(404, 20404, `The requested resource ${path} was not found`)

/** 20429: the request was not processed. Source: https://www.twilio.com/docs/api/errors/20429 */
export const tooManyRequests = (): CarrierError => new CarrierError(429, 20429, 'Too Many Requests')

/** 20500: a fault of the carrier's, which says nothing of what was done. */
export const serverError = (): CarrierError => new CarrierError(500, 20500, 'Internal Server Error')

/** 20001: a parameter that is unknown or has an unusable value. */
export const invalidParameter = (message: string): CarrierError => new CarrierError(400, 20001, message)

/** 21220: the call's state does not allow what was asked. */
export const invalidState = (): CarrierError =>
  new CarrierError(400, 21220, 'Unable to update record. The call is not in a state that allows this.')

/** What goes wrong on a leg, by Twilio's number. */
export const WARNINGS = {
  11100: 'Invalid URL format',
  11200: 'HTTP retrieval failure',
  12100: 'Document parse failure',
  12102: 'Document root element must be <Response>',
  12200: 'Schema validation warning',
  12300: 'Invalid Content-Type',
  31901: 'Stream - WebSocket - Connection Timeout',
  31902: 'Stream - WebSocket - Connection Refused',
  31910: 'Stream - WebSocket - SSL Protocol Error',
  31920: 'Stream - WebSocket - Handshake Error',
  31921: 'Stream - WebSocket - Close Error',
  31950: 'Stream - Protocol - Malformed Message',
  31951: 'Stream - Protocol - Invalid Message',
} as const

export type WarningCode = keyof typeof WARNINGS

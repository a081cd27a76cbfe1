import twilio from 'twilio'
import type RequestClient from 'twilio/lib/base/RequestClient.js'

import type { CarrierSettings } from '../../config.ts'
import { messageOf } from '../../errors.ts'

/** The carrier's own JSON error. */
export class CarrierError extends Error {
  override readonly name = 'CarrierError'
  readonly status: number
  readonly code: number

  constructor({ status, code, message }: { status: number; code: number; message: string }) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** An answer that is not the carrier's own JSON: a proxy's page, a fault, a redirect. It says nothing of what was done. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer'
}

/** The request was not sent: its time had passed. */
export class TooLate extends Error {
  override readonly name = 'TooLate'
}

/** No byte of the request has left: the name was not found, or no connection was made. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/** The request may have arrived, and no answer came. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

export interface ClientOptions {
  settings: CarrierSettings
  timeoutMs: number
  /** Nothing is sent after this moment. */
  until?: Date
}

/** Twilio's own client, sent to the base URL of the settings. Its promises reject with the errors above. */
export const createClient = (options: ClientOptions): twilio.Twilio =>
  twilio(options.settings.TWILIO_ACCOUNT_SID, options.settings.TWILIO_AUTH_TOKEN, {
    httpClient: new CarrierRequests(options),
  })

class CarrierRequests extends twilio.RequestClient {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    // A kept connection that the carrier has just closed would make an answer look lost, and a dial unknown.
    super({ timeout: options.timeoutMs, keepAlive: false })
    this.#options = options
  }

  override async request<T>(request: RequestClient.RequestOptions<T>) {
    const { settings, timeoutMs, until } = this.#options
    const leftMs = until === undefined ? timeoutMs : Math.min(timeoutMs, until.getTime() - Date.now())
    if (leftMs <= 0) throw new TooLate('the time to send this had passed')
    const uri = rebase(request.uri, settings.TWILIO_BASE_URL)
    const response = await super.request<T>({ ...request, uri, timeout: leftMs }).catch(rethrow)
    const { statusCode, body } = response
    const error = errorOf(body)
    if (error && error.status === statusCode) throw new CarrierError(error)
    if (statusCode >= 200 && statusCode < 300 && isObject(body)) return response
    throw new UnreadableAnswer(`an answer with status ${statusCode} that is not the carrier's`)
  }
}

// The client's own error carries the whole request, credentials included, into whatever log it meets.
const rethrow = (error: unknown): never => {
  const { cause = error } = error as { cause?: unknown }
  throw isBeforeSending(cause) ? new NotSent(messageOf(error)) : new NoAnswer(messageOf(error))
}

// Several addresses of one name fail together, each with its own error.
const isBeforeSending = (error: unknown): boolean => {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isBeforeSending)
  const { syscall } = error as NodeJS.ErrnoException
  return syscall === 'getaddrinfo' || syscall === 'connect'
}

const rebase = (uri: string, base: string): string => {
  const { pathname, search } = new URL(uri)
  return base.replace(/\/$/, '') + pathname + search
}

const isObject = (body: unknown): body is object => typeof body === 'object' && body !== null

// Source: https://www.twilio.com/docs/usage/twilios-response#twilios-rest-api-exceptions
const errorOf = (body: unknown): { status: number; code: number; message: string } | null =>
  isObject(body) &&
  'status' in body &&
  typeof body.status === 'number' &&
  'code' in body &&
  typeof body.code === 'number'
    ? { status: body.status, code: body.code, message: 'message' in body ? String(body.message) : '' }
    : null

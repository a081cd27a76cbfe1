import { pino } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

/** One JSON line an event on standard output. Lines carry `call_id` and never words, prompts, audio, full numbers or keys. */
export const createLog = (processName: string, level = 'info'): Log =>
  pino({
    level,
    base: { process: processName },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
  })

/** What may be known of an error: libraries hang requests, documents and headers on theirs. */
const describeError = (error: unknown): object => {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, stack, code, cause } = error as Error & { code?: unknown }
  return { type: name, message, code, stack, ...(cause !== undefined && { cause: describeError(cause) }) }
}

/** `+14155550100` as logs and operators may see it: `+1415***0100`. */
export const maskNumber = (e164: string): string => `${e164.slice(0, 5)}***${e164.slice(-4)}`

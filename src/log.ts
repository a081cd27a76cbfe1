import { pino } from 'pino'
import type { Logger } from 'pino'

export type Log = Logger

/** One JSON line an event on standard output. Lines carry `call_id` and never words, prompts, audio, full numbers or keys. */
export const createLog = (processName: string, level = 'info'): Log =>
  pino({ name: processName, level, base: { process: processName }, timestamp: pino.stdTimeFunctions.isoTime })

/** `+14155550100` as logs and operators may see it: `+1415***0100`. */
export const maskNumber = (e164: string): string => `${e164.slice(0, 5)}***${e164.slice(-4)}`

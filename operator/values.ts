// The values that options take.
import { CALL_STATUSES } from '../src/calls/call.ts'
import type { CallStatus, Mode } from '../src/calls/call.ts'
import { UsageError } from './command.ts'
import type { Given } from './command.ts'

const MODES = ['live', 'test'] as const
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const MAX_OVERLAP_MS = 90 * UNIT_MS.d

/** A whole number from `min` to `max`. */
export const wholeOf = (text: string, name: string, { min, max }: { min: number; max: number }): number => {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new UsageError(`${name} is "${text}"; expected a whole number from ${min} to ${max}`)
}

/** One of a few words. */
export const oneOf = <T extends string>(text: string, name: string, words: readonly T[]): T => {
  const word = words.find(one => one === text)
  if (word !== undefined) return word
  throw new UsageError(`${name} is "${text}"; expected ${words.join(', ').replace(/, ([^,]*)$/, ' or $1')}`)
}

/** `undefined` if no mode was named. */
export const optionalMode = (given: Given): Mode | undefined => {
  const mode = given.text('mode')
  return mode === undefined ? undefined : oneOf(mode, '--mode', MODES)
}

/** The mode, which has to be named: live credits are money, and live keys ring people. */
export const modeOf = (given: Given): Mode => {
  const mode = optionalMode(given)
  if (mode !== undefined) return mode
  throw new UsageError('--mode is missing; expected live or test')
}

/** The modes that are meant: both, unless one is named. */
export const modesOf = (given: Given): readonly Mode[] => {
  const mode = optionalMode(given)
  return mode === undefined ? MODES : [mode]
}

export const statusOf = (given: Given): CallStatus | undefined => {
  const status = given.text('status')
  return status === undefined ? undefined : oneOf(status, '--status', CALL_STATUSES)
}

/** A length of time such as `24h`, in ms. */
export const durationMsOf = (text: string, name: string): number => {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const ms = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
  if (text === '0') return 0
  if (ms <= MAX_OVERLAP_MS) return ms
  throw new UsageError(`${name} is "${text}"; expected a time up to 90d such as 30m, 24h or 7d, or 0`)
}

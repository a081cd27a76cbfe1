// The carrier's own list: one dial a call, no line left open, none longer than its limit.
import { isUp } from '../accounts/carrier.ts'
import type { Evidence } from '../evidence.ts'

/** The default `max_duration_seconds` of a call, and the minute that the carrier is told beyond it. */
export const LEG_LIMIT_SECONDS = 600 + 60

const callIdOf = (text: string | null): string => /cl_[0-9a-z]{26}/.exec(text ?? '')?.[0] ?? ''

export const checkDials = ({ carrier }: Evidence): string[] => {
  const made = new Map<string, number>()
  for (const { sid, statusCallback } of carrier.dials)
    if (sid !== null) made.set(callIdOf(statusCallback), (made.get(callIdOf(statusCallback)) ?? 0) + 1)
  return [...made]
    .filter(([, count]) => count > 1)
    .map(([id, count]) => `the carrier dialled ${count} times for ${id}`)
}

export const checkLegs = ({ carrier }: Evidence): string[] =>
  carrier.legs.flatMap(leg => {
    if (isUp(leg)) return [`the leg ${leg.sid} is still ${leg.status}`]
    const seconds = leg.durationSeconds ?? 0
    return seconds > LEG_LIMIT_SECONDS ? [`the leg ${leg.sid} lasted ${seconds} s`] : []
  })

// When a callee may be rung: from 8 to 21 h where it may be, in all of these places at once.
// H1  Zones are counted by their rules at the moment in question, so that changes of the clock are in them.
// H2  The most easterly and the most westerly zone are 7½ hours apart at most, so that every number has its time each
//     day; one that may ring anywhere has the least, five hours and a half.
import { zonesOf } from './area-codes.ts'

const OPEN_HOUR = 8
const CLOSE_HOUR = 21
/** Every zone's hours begin and end at a quarter of an hour, whatever its offset and its last change. */
const STEP_MS = 15 * 60_000
/** How long it usually takes at most from here until the callee is rung: what would begin later is left for the next day. */
const READY_MS = 2 * 60_000

const clocks = new Map<string, Intl.DateTimeFormat>()

/** Making one is slow, asking it is not. */
const clockOf = (zone: string): Intl.DateTimeFormat => {
  const clock =
    clocks.get(zone) ?? new Intl.DateTimeFormat('en', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' })
  clocks.set(zone, clock)
  return clock
}

const isOpenIn = (zone: string, at: Date): boolean => {
  const hour = Number(clockOf(zone).format(at))
  return hour >= OPEN_HOUR && hour < CLOSE_HOUR
}

/** Whether the number may be rung at this moment. */
export const isCallingTime = (number: string, at: Date): boolean =>
  zonesOf(number).every(zone => isOpenIn(zone, at))

/** The first moment after `now` at which the number may be rung; `null` if it may be now. */
export const nextCallingTime = (number: string, now: Date): Date | null => {
  if (isCallingTime(number, now)) return null
  let at = (Math.floor(now.getTime() / STEP_MS) + 1) * STEP_MS
  while (!isCallingTime(number, new Date(at))) at += STEP_MS
  return new Date(at)
}

/** Until when a call to the number has to wait at `now`; `null` if it can begin, and will ring in time. */
export const waitsUntil = (number: string, now: Date): Date | null =>
  nextCallingTime(number, now) ?? nextCallingTime(number, new Date(now.getTime() + READY_MS))

import fc from 'fast-check'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { expect, test } from 'vitest'

import { zonesOf } from '../../src/calls/area-codes.ts'
import { isCallingTime, nextCallingTime, waitsUntil } from '../../src/calls/calling-hours.ts'
import { checkNumber } from '../../src/calls/number.ts'

const MINUTE_MS = 60_000

/** The area codes whose ordinary numbers can be called, by metadata. */
const GEOGRAPHIC = Array.from({ length: 800 }, (_, n) => String(200 + n)).filter(code =>
  ['2345678', '5551234', '7891234'].some(
    rest =>
      checkNumber(`+1${code}${rest}`).kind === 'callable' &&
      parsePhoneNumberFromString(`+1${code}${rest}`)?.getType() !== 'TOLL_FREE',
  ),
)
const ANYWHERE = zonesOf('+18005551234')
const numberIn = (code: string) => `+1${code}5551234`

const next = (number: string, now: string) => nextCallingTime(number, new Date(now))?.toISOString() ?? null

/** The local time in a zone, by another way than the code's own. */
const minuteOfDay = (zone: string, at: Date): number => {
  const [, hours, minutes] = /(\d+):(\d+)/.exec(at.toLocaleTimeString('en-GB', { timeZone: zone }))!
  return Number(hours) * 60 + Number(minutes)
}
const isOpenEverywhere = (number: string, at: Date): boolean =>
  zonesOf(number).every(zone => {
    const minute = minuteOfDay(zone, at)
    return minute >= 8 * 60 && minute < 21 * 60
  })

test('every area code that can be called has its zones, and nothing else has', () => {
  expect(GEOGRAPHIC.length).toBeGreaterThan(400)
  expect(GEOGRAPHIC.filter(code => zonesOf(numberIn(code)) === ANYWHERE)).toEqual([])
  const others = Array.from({ length: 800 }, (_, n) => String(200 + n)).filter(code => !GEOGRAPHIC.includes(code))
  expect(others.filter(code => zonesOf(numberIn(code)) !== ANYWHERE)).toEqual([])
})

test.each([
  ['San Francisco', '415', ['America/Los_Angeles']],
  ['Phoenix', '602', ['America/Phoenix']],
  ['the west of Florida', '850', ['America/New_York', 'America/Chicago']],
  ['the Dakotas', '701', ['America/Chicago', 'America/Denver']],
  ['Alaska', '907', ['America/Anchorage', 'America/Adak']],
  ['Newfoundland and Labrador', '709', ['America/St_Johns', 'America/Halifax']],
  ['Saskatchewan', '306', ['America/Regina', 'America/Winnipeg', 'America/Edmonton']],
])('a number of %s rings there', (_place, code, zones) => expect(zonesOf(numberIn(code))).toEqual(zones))

test.each(['800', '888', '833', '999'])('a number of %s has no place, and may ring anywhere', code => {
  expect(zonesOf(numberIn(code))).toEqual(expect.arrayContaining(['America/St_Johns', 'Pacific/Honolulu']))
})

test.each([
  // San Francisco, in summer 7 hours behind, in winter 8.
  ['+14155551234', '2026-07-01T14:59:59.999Z', '2026-07-01T15:00:00.000Z'],
  ['+14155551234', '2026-07-01T15:00:00.000Z', null],
  ['+14155551234', '2026-07-02T03:59:59.999Z', null],
  ['+14155551234', '2026-07-02T04:00:00.000Z', '2026-07-02T15:00:00.000Z'],
  ['+14155551234', '2026-12-01T15:30:00.000Z', '2026-12-01T16:00:00.000Z'],
  // New York: eleven hours, as in every night, and in those of the changes one less and one more.
  ['+12125551234', '2026-03-07T02:00:00.000Z', '2026-03-07T13:00:00.000Z'],
  ['+12125551234', '2026-03-08T02:00:00.000Z', '2026-03-08T12:00:00.000Z'],
  ['+12125551234', '2026-11-01T01:00:00.000Z', '2026-11-01T13:00:00.000Z'],
  // Arizona changes nothing, but the Navajo Nation does.
  ['+16025551234', '2026-03-08T04:00:00.000Z', '2026-03-08T15:00:00.000Z'],
  ['+19285551234', '2026-07-01T14:00:00.000Z', '2026-07-01T15:00:00.000Z'],
  ['+19285551234', '2026-07-02T03:00:00.000Z', '2026-07-02T15:00:00.000Z'],
  // St. John's is half an hour ahead of most of Labrador: that opens later, and it closes earlier.
  ['+17095551234', '2026-07-01T10:40:00.000Z', '2026-07-01T11:00:00.000Z'],
  ['+17095551234', '2026-07-01T23:30:00.000Z', '2026-07-02T11:00:00.000Z'],
  // Anywhere: from when Honolulu opens to when St. John's closes.
  ['+18005551234', '2026-01-05T17:59:00.000Z', '2026-01-05T18:00:00.000Z'],
  ['+18005551234', '2026-01-05T18:00:00.000Z', null],
  ['+18005551234', '2026-01-06T00:29:00.000Z', null],
  ['+18005551234', '2026-01-06T00:30:00.000Z', '2026-01-06T18:00:00.000Z'],
])('%s at %s is called at %s', (number, now, expected) => expect(next(number, now)).toBe(expected))

const number = fc.oneof(
  fc.constantFrom(...GEOGRAPHIC).map(numberIn),
  fc.constantFrom('800', '888', '877').map(numberIn),
)
// The nights in which the US and Canada change their clocks, and any other time.
const CHANGES = ['2026-03-08', '2026-11-01', '2027-03-14', '2027-11-07'].map(day => Date.parse(`${day}T06:00:00Z`))
const now = fc
  .oneof(
    fc.integer({ min: Date.parse('2025-01-01'), max: Date.parse('2030-01-01') }),
    fc
      .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -36 * 60, max: 36 * 60 }))
      .map(([change, minutes]) => change + minutes * MINUTE_MS),
  )
  .map(ms => new Date(ms))

test('when a number may be called lies within the hours of every place where it may ring, and no minute before does', () => {
  fc.assert(
    fc.property(number, now, fc.double({ min: 0, max: 1, noNaN: true }), (number, now, part) => {
      const at = nextCallingTime(number, now)
      expect(at === null).toBe(isOpenEverywhere(number, now))
      if (at === null) return
      expect(at > now).toBe(true)
      expect(isOpenEverywhere(number, at)).toBe(true)
      expect(isOpenEverywhere(number, new Date(at.getTime() - MINUTE_MS))).toBe(false)
      // And none of those between: one of them a run.
      const between = new Date(now.getTime() + Math.floor(part * (at.getTime() - now.getTime() - 1)))
      expect(isOpenEverywhere(number, between)).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test('nobody waits for longer than a night', () => {
  fc.assert(
    fc.property(number, now, (number, now) => {
      const at = nextCallingTime(number, now)
      if (at) expect(at.getTime() - now.getTime()).toBeLessThanOrEqual(20 * 60 * MINUTE_MS)
    }),
    { numRuns: 300 },
  )
})

test('a call that would ring after the last minutes waits for the next day', () => {
  const at = (time: string) => waitsUntil('+12125551234', new Date(time))?.toISOString() ?? null
  expect(at('2026-07-02T00:57:00Z')).toBe(null)
  expect(at('2026-07-02T00:59:00Z')).toBe('2026-07-02T12:00:00.000Z')
  expect(isCallingTime('+12125551234', new Date('2026-07-02T00:59:00Z'))).toBe(true)
  expect(at('2026-07-02T11:59:00Z')).toBe('2026-07-02T12:00:00.000Z')
  expect(at('2026-07-02T12:00:00Z')).toBe(null)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  OPEN_CALLS_CAP,
  dailyCap,
  dayOf,
  endOfDay,
  isBalanced,
  judgeHold,
  newCredits,
  newDay,
  openCallsCap,
} from '../../src/credits/credit.ts'
import type { CreditLimits, Credits } from '../../src/credits/credit.ts'

const DAY = '2026-01-31'

const holding = (calls: number, balance: number, limits: CreditLimits = {}): Credits => ({
  ...newCredits(),
  bought: balance + calls,
  balance,
  holds: Object.fromEntries(Array.from({ length: calls }, (_, i) => [`call${i}`, 1])),
  openCallsLeft: openCallsCap({ limits }) - calls,
  limits,
  today: { ...newDay(DAY, { limits }), spent: calls, left: dailyCap({ limits }) - calls },
})

test('a new account has no credits, and is balanced', () => {
  expect(newCredits().balance).toBe(0)
  expect(isBalanced(newCredits())).toBe(true)
})

test('an account that lost or gained a credit anywhere is not balanced', () => {
  const changes = ['bought', 'captured', 'balance', 'openCallsLeft'] as const
  fc.assert(
    fc.property(
      fc.nat(OPEN_CALLS_CAP - 1),
      fc.nat(100),
      fc.constantFrom(...changes),
      fc.constantFrom(-1, 1),
      (calls, balance, changed, by) => {
        const credits = holding(calls, balance)
        expect(isBalanced(credits)).toBe(true)
        expect(isBalanced({ ...credits, [changed]: credits[changed] + by })).toBe(false)
      },
    ),
  )
})

test('a day on which a credit was lost or gained is not balanced', () => {
  const { today, ...credits } = holding(3, 2, { creditsPerDay: 5 })
  expect(isBalanced({ ...credits, today: today! })).toBe(true)
  for (const changed of ['spent', 'left'] as const)
    for (const by of [-1, 1])
      expect(isBalanced({ ...credits, today: { ...today!, [changed]: today![changed] + by } })).toBe(false)
  expect(isBalanced({ ...credits, today: { ...today!, held: { a: 1, b: 1, c: 1, d: 1 } } })).toBe(false)
})

const verdictOf = (calls: number, balance: number, openCalls: number, creditsPerDay: number): string => {
  if (calls >= openCalls) return 'too_many'
  if (calls >= creditsPerDay) return 'spent'
  return balance === 0 ? 'insufficient' : 'possible'
}

test('a call can hold a credit exactly when no cap is reached, there is one, and it holds none yet', () => {
  const cap = fc.nat(8)
  fc.assert(
    fc.property(fc.nat(8), fc.nat(3), cap, cap, (calls, balance, openCalls, creditsPerDay) => {
      const credits = holding(calls, balance, { openCalls, creditsPerDay })
      expect(isBalanced(credits)).toBe(true)
      expect(judgeHold(credits, 'another', DAY)).toBe(verdictOf(calls, balance, openCalls, creditsPerDay))
      for (const callId of Object.keys(credits.holds)) expect(judgeHold(credits, callId, DAY)).toBe('held_already')
    }),
  )
})

test('without a cap of its own an account has fifty calls open, and spends what it has', () => {
  expect(judgeHold(holding(OPEN_CALLS_CAP, 1), 'another', DAY)).toBe('too_many')
  expect(judgeHold(holding(OPEN_CALLS_CAP - 1, 1), 'another', DAY)).toBe('possible')
})

test('a day begins anew at midnight UTC, and never again once a later one has begun', () => {
  const credits = holding(2, 5, { creditsPerDay: 2 })
  expect(judgeHold(credits, 'another', DAY)).toBe('spent')
  expect(judgeHold(credits, 'another', '2026-01-30')).toBe('spent')
  expect(judgeHold(credits, 'another', '2026-02-01')).toBe('possible')
  const last = new Date('2026-01-31T23:59:59.999Z')
  expect([dayOf(last), endOfDay(last)]).toEqual([DAY, new Date('2026-02-01T00:00:00Z')])
})

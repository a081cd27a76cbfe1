import fc from 'fast-check'
import { expect, test } from 'vitest'

import { OPEN_CALLS_CAP, isBalanced, judgeHold, newCredits } from '../../src/credits/credit.ts'
import type { Credits } from '../../src/credits/credit.ts'

const holding = (calls: number, balance: number): Credits => ({
  ...newCredits(),
  bought: balance + calls,
  balance,
  holds: Object.fromEntries(Array.from({ length: calls }, (_, i) => [`call${i}`, 1])),
  openCallsLeft: OPEN_CALLS_CAP - calls,
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

test('a call can hold a credit exactly when there is one, a call may be opened, and it holds none yet', () => {
  fc.assert(
    fc.property(fc.nat(OPEN_CALLS_CAP), fc.nat(3), (calls, balance) => {
      const credits = holding(calls, balance)
      const expected = calls === OPEN_CALLS_CAP ? 'too_many' : balance === 0 ? 'insufficient' : 'possible'
      expect(judgeHold(credits, 'another')).toBe(expected)
      for (const callId of Object.keys(credits.holds)) expect(judgeHold(credits, callId)).toBe('held_already')
    }),
  )
})

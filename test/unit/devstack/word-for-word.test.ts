import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { isHeardPart, turnDifferences } from '../../../devstack/demo/word-for-word.ts'
import type { WireTurn } from '../../../devstack/demo/turns.ts'
import type { Line } from '../../../src/sandbox/callee/account.ts'

const agent = (text: string, interrupted = false): WireTurn => ({ role: 'agent', text, at_ms: 0, interrupted })
const callee = (text: string): WireTurn => ({ role: 'callee', text, at_ms: 0, interrupted: false })
const line = (kind: Line['kind'], text: string, atMs: number, whole = true): Line => {
  return { kind, text, whole, atMs, endMs: atMs + text.length * 60 }
}

describe('turns and the callee’s account', () => {
  test('that say the same do not differ', () => {
    const lines = [line('said', 'Hello?', 0), line('heard', 'Good day.', 1000), line('said', 'Yes?', 2000)]
    expect(turnDifferences([callee('Hello?'), agent('Good day.'), callee('Yes?')], lines)).toEqual([])
    expect(turnDifferences([], [])).toEqual([])
  })

  test.each([
    ['another word of the callee', [callee('Hullo?'), agent('Good day.')]],
    ['a turn too few', [callee('Hello?')]],
    ['a turn too many', [callee('Hello?'), agent('Good day.'), agent('Good day.')]],
    ['another order', [agent('Good day.'), callee('Hello?')]],
    ['an uninterrupted turn that is only a part', [callee('Hello?'), agent('Good')]],
  ])('differ by %s', (_what, turns) => {
    const lines = [line('said', 'Hello?', 0), line('heard', 'Good day.', 1000)]
    expect(turnDifferences(turns, lines)).not.toEqual([])
  })

  test('may differ in the order of two that spoke at the same time', () => {
    const lines = [line('said', 'Hello, is there anybody?', 0), line('heard', 'I would like to', 20, false)]
    const turns = [agent('I would like', true), callee('Hello, is there anybody?')]
    expect(turnDifferences(turns, lines)).toEqual([])
  })

  test('may join two sentences of the callee that had hardly a pause between them', () => {
    const lines = (secondMs: number) => [line('said', 'Hello?', 0), line('said', 'The front desk.', secondMs)]
    const turns = [callee('Hello? The front desk.')]
    expect(turnDifferences(turns, lines(500))).toEqual([])
    expect(turnDifferences(turns, lines(1_000))).not.toEqual([])
  })

  test('may lack what was less than a word, but nothing that was whole', () => {
    expect(turnDifferences([], [line('heard', 'Goodb', 0, false)])).toEqual([])
    expect(turnDifferences([], [line('heard', 'Yes.', 0)])).not.toEqual([])
    expect(turnDifferences([], [line('said', 'Ye', 0, false)])).not.toEqual([])
  })
})

test('a line that is no turn does not take the turn of a later one', () => {
  const cut = (text: string, atMs: number) => line('heard', text, atMs, false)
  const lines = [cut('Hello, th', 0), cut('Hello, this is', 2000), cut('Hello, this is an AI', 4000)]
  expect(turnDifferences([agent('Hello,', true), agent('Hello, this is an', true)], lines)).toEqual([])
  expect(turnDifferences([agent('Hello,', true)], lines)).not.toEqual([])
})

describe('an interrupted turn', () => {
  // 500 ms are 8 characters.
  test.each([
    ['I would like to', 'I would like to bo', true],
    ['I would like', 'I would like to book', true],
    ['I would', 'I would like to book', false],
    ['I would like to book a', 'I would like to book', false],
    ['I would li', 'I would like to book', false],
    ['I would want', 'I would like to', false],
    ['I would […] to', 'I would like to', false],
    ['', 'I would', true],
    ['', 'I would like', false],
    ['', 'Unfortunately', true],
  ])('“%s” of “%s”: %s', (text, heard, isAllowed) => {
    expect(isHeardPart(text, heard)).toBe(isAllowed)
  })

  test('is any cut at a word between what was heard and 500 ms before it', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(8), (all, at, behind) => {
        const text = all.join(' ')
        const heard = text.slice(0, at % (text.length + 1))
        const known = `${text} `.slice(0, Math.max(0, heard.length - behind) + 1)
        const cut = known.slice(0, Math.max(0, /\s\S*$/.exec(known)?.index ?? 0))
        expect(isHeardPart(cut, heard)).toBe(true)
      }),
    )
  })
})

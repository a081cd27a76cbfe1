import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { StoredTurn } from '../../../src/conversations/conversation.ts'
import type { Progress } from '../../../src/media/playback.ts'
import { createTurns, heardText } from '../../../src/media/turns.ts'

const HEARD: Progress = {
  heardMs: 1000,
  sentMs: 1000,
  generatedMs: 1000,
  isDone: true,
  isComplete: true,
  isHeard: true,
  isCut: false,
}

/** Turns whose agent items have been heard to the end, unless `progress` says otherwise. */
const turnsWith = (progress: Record<string, Partial<Progress>> = {}, baseIndex = 0) => {
  const stored = new Map<number, StoredTurn>()
  const turns = createTurns(baseIndex, id => ({ ...HEARD, ...progress[id] }))
  return {
    turns,
    progress,
    store: () => {
      const writes = turns.takeWrites()
      for (const { index, turn } of writes) stored.set(index, turn)
      return writes
    },
    texts: () => [...stored].toSorted(([a], [b]) => a - b).map(([, turn]) => turn.text),
  }
}

describe('the order of turns', () => {
  test('the callee’s words come late, and stand before the answer to them', () => {
    const { turns, store, texts } = turnsWith()
    turns.place('u', null, 'callee')
    turns.place('a', 'u', 'agent')
    turns.finishText('a', 'agent', 'Hello.')
    expect(store()).toEqual([{ index: 1, turn: expect.objectContaining({ text: 'Hello.' }) }])
    turns.finishText('u', 'callee', 'Hi there.')
    expect(store()).toEqual([{ index: 0, turn: expect.objectContaining({ text: 'Hi there.', final: true }) }])
    expect(texts()).toEqual(['Hi there.', 'Hello.'])
  })

  test('an item that takes its place between two others moves the later one', () => {
    const { turns, store, texts } = turnsWith()
    turns.place('1', null, 'callee')
    turns.place('3', '1', 'callee')
    turns.finishText('1', 'callee', 'one')
    turns.finishText('3', 'callee', 'three')
    store()
    turns.place('2', '1', 'agent')
    turns.finishText('2', 'agent', 'two')
    expect(store().map(({ index }) => index)).toEqual([1, 2])
    expect(texts()).toEqual(['one', 'two', 'three'])
  })

  test('items that nobody spoke take no number', () => {
    const { turns, store } = turnsWith({}, 7)
    turns.place('u', null, 'callee')
    turns.place('call', 'u', 'other')
    turns.place('a', 'call', 'agent')
    turns.finishText('a', 'agent', 'Hello.')
    expect(store().map(({ index }) => index)).toEqual([8])
  })

  test('whatever the order in which the words arrive, the stored turns are the same', () => {
    const spoken = fc.array(fc.constantFrom('agent' as const, 'callee' as const), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(spoken, fc.infiniteStream(fc.nat()), (roles, random) => {
        const { turns, store, texts } = turnsWith()
        const keys = new Map(roles.map((_, n) => [n, random.next().value] as const))
        const shuffled = [...roles.keys()].toSorted((a, b) => keys.get(a)! - keys.get(b)!)
        roles.forEach((role, n) => turns.place(`${n}`, n === 0 ? null : `${n - 1}`, role))
        for (const n of shuffled) {
          turns.addText(`${n}`, roles[n]!, `word ${n}`)
          if (random.next().value! % 2) store()
          turns.finishText(`${n}`, roles[n]!, `words ${n}`)
        }
        store()
        expect(texts()).toEqual(roles.map((_, n) => `words ${n}`))
        expect(store()).toEqual([])
      }),
    )
  })
})

describe('what a turn says', () => {
  test('an agent’s turn grows with what was heard of it, and is final when all of it was', () => {
    const { turns, progress, store } = turnsWith({ a: { heardMs: 500, isHeard: false } })
    turns.begin('a', 'agent', 120.4)
    turns.finishText('a', 'agent', 'One two three four')
    expect(store()).toEqual([
      { index: 0, turn: { role: 'agent', text: 'One two', atMs: 120, interrupted: false, final: false } },
    ])
    progress['a'] = {}
    expect(store()[0]?.turn).toMatchObject({ text: 'One two three four', interrupted: false, final: true })
  })

  test('an agent’s turn that was cut says what was heard, and is final once the model has finished it', () => {
    const { turns, progress, store } = turnsWith({
      a: { heardMs: 500, isHeard: false, isCut: true, isDone: false },
    })
    turns.addText('a', 'agent', 'One two three four')
    expect(store()[0]?.turn).toMatchObject({ text: 'One two', interrupted: true, final: false })
    progress['a'] = { heardMs: 500, generatedMs: 2000, isHeard: false, isCut: true }
    turns.finishText('a', 'agent', 'One two three four five six seven eight')
    expect(store()[0]?.turn).toMatchObject({ text: 'One two', interrupted: true, final: true })
  })

  test('the last word does not count while its audio may not be all there', () => {
    const { turns, progress, store } = turnsWith({ a: { isHeard: false, isDone: false, isComplete: false } })
    turns.addText('a', 'agent', 'Unfortunately')
    expect(store()).toEqual([])
    turns.addText('a', 'agent', ', I cannot')
    expect(store()[0]?.turn.text).toBe('Unfortunately, I')
    progress['a'] = { isHeard: false, isCut: true }
    expect(store()[0]?.turn.text).toBe('Unfortunately, I cannot')
  })

  test('in a language without spaces every character that was heard counts', () => {
    const { turns, store } = turnsWith({ a: { isHeard: false, isDone: false, isComplete: false } })
    turns.addText('a', 'agent', '二名で予約')
    expect(store()[0]?.turn.text).toBe('二名で予約')
  })

  test('an agent’s turn of which nothing was heard is not stored', () => {
    const { turns, store } = turnsWith({ a: { heardMs: 0, isHeard: false, isCut: true } })
    turns.finishText('a', 'agent', 'One two')
    expect(store()).toEqual([])
  })

  test('at the end what is incomplete was interrupted, and everything is final', () => {
    const { turns, store } = turnsWith({ a: { heardMs: 500, isHeard: false } })
    turns.finishText('a', 'agent', 'One two three four')
    turns.addText('u', 'callee', 'I would')
    turns.end()
    expect(store().map(({ turn }) => [turn.text, turn.interrupted, turn.final])).toEqual([
      ['One two', true, true],
      ['I would', true, true],
    ])
  })

  test('when the session breaks off, sentences without an end were interrupted, others were not', () => {
    const { turns, store } = turnsWith({ broken: { isDone: false, isHeard: false } })
    turns.finishText('whole', 'agent', 'This was said.')
    turns.finishText('broken', 'agent', 'This was')
    turns.place('u', null, 'callee')
    expect(turns.isAwaitingCallee()).toBe(true)
    turns.breakOff()
    expect(turns.isAwaitingCallee()).toBe(false)
    expect(store().map(({ turn }) => turn.interrupted)).toEqual([false, true])
  })
})

describe('the words that were heard', () => {
  const words = fc
    .array(fc.stringMatching(/^[a-zéß:0-9]{1,9}$/), { minLength: 1, maxLength: 12 })
    .map(all => all.join(' '))

  test('are a prefix, cut at the end of a word', () => {
    fc.assert(
      fc.property(words, fc.nat(1000), (text, heardMs) => {
        const heard = heardText(text, heardMs, 1000)
        expect(text.startsWith(heard)).toBe(true)
        expect(heard === '' || heard === text || text[heard.length] === ' ').toBe(true)
        expect(heard.length).toBeLessThanOrEqual(Math.ceil((text.length * heardMs) / 1000))
      }),
    )
  })

  test('never become fewer, and are all of them in the end', () => {
    fc.assert(
      fc.property(words, fc.nat(1000), fc.nat(1000), (text, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)]
        expect(heardText(text, more, 1000).startsWith(heardText(text, less, 1000))).toBe(true)
        expect(heardText(text, 1000, 1000)).toBe(text)
      }),
    )
  })

  test('of a language without spaces are cut at a character', () => {
    expect(heardText('二名で予約したいです', 500, 1000)).toBe('二名で予約')
    expect(heardText('a👍b c', 500, 1000)).toBe('')
  })
})

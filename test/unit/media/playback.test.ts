import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createPlayback } from '../../../src/media/playback.ts'

test('what was heard grows by marks, in ms of audio', () => {
  const playback = createPlayback()
  const first = playback.add('a', 0, 800)
  const second = playback.add('a', 0, 800)
  expect(playback.heard(first!)).toEqual(['a'])
  expect(playback.progressOf('a')).toMatchObject({ heardMs: 100, sentMs: 200, isHeard: false })
  playback.heard(second!)
  expect(playback.progressOf('a')).toMatchObject({ heardMs: 200, isHeard: false })
  playback.finish('a')
  expect(playback.progressOf('a')).toMatchObject({ isHeard: true })
  expect(playback.isIdle()).toBe(true)
})

test('a mark proves everything that was sent before it', () => {
  const playback = createPlayback()
  playback.add('a', 0, 800)
  playback.add('b', 0, 400)
  const last = playback.add('b', 0, 400)
  expect(playback.heard(last!)).toEqual(['a', 'b'])
  expect(playback.pendingMs()).toBe(0)
})

test('marks that a clear sends back prove nothing', () => {
  const playback = createPlayback()
  const first = playback.add('a', 0, 800)
  const second = playback.add('a', 0, 800)
  playback.heard(first!)
  expect(playback.clear()).toEqual([{ itemId: 'a', contentIndex: 0, heardMs: 100, hasAudio: true }])
  expect(playback.heard(second!)).toEqual([])
  expect(playback.progressOf('a')).toMatchObject({ heardMs: 100, isCut: true, isHeard: false })
  expect(playback.isIdle()).toBe(true)
})

test('late audio of an item that was cut is not sent', () => {
  const playback = createPlayback()
  playback.add('a', 0, 800)
  playback.clear()
  expect(playback.add('a', 0, 800)).toBeNull()
  expect(playback.progressOf('a')).toMatchObject({ sentMs: 100, generatedMs: 200 })
  expect(playback.add('b', 0, 800)).not.toBeNull()
})

test('audio is complete once its end has come, unless it was cut before or has broken off', () => {
  const playback = createPlayback()
  for (const item of ['whole', 'cut', 'broken']) playback.add(item, 0, 800)
  playback.finish('whole')
  playback.clear()
  playback.finish('cut')
  expect(playback.progressOf('whole')).toMatchObject({ isDone: true, isComplete: true, isCut: true })
  expect(playback.progressOf('cut')).toMatchObject({ isDone: true, isComplete: false })
  playback.finishAll()
  playback.finish('broken')
  expect(playback.progressOf('broken')).toMatchObject({ isDone: true, isComplete: false })
})

test('a clear cuts what is still generated, even if all that was sent was heard, and nothing that is over', () => {
  const playback = createPlayback()
  playback.heard(playback.add('over', 0, 800)!)
  playback.finish('over')
  playback.heard(playback.add('going on', 0, 800)!)
  playback.begin('not begun')
  expect(playback.clear().map(({ itemId, hasAudio }) => [itemId, hasAudio])).toEqual([
    ['going on', true],
    ['not begun', false],
  ])
  expect(playback.clear()).toEqual([])
})

const step = fc.oneof(
  fc.record({ act: fc.constant('add' as const), item: fc.integer({ min: 0, max: 3 }), bytes: fc.nat(2000) }),
  fc.record({ act: fc.constant('heard' as const), mark: fc.nat(30) }),
  fc.record({ act: fc.constant('finish' as const), item: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ act: fc.constant('clear' as const) }),
)

test('in any order of events heard ≤ sent ≤ generated, none of them falls, and what is cut stays cut', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const playback = createPlayback()
      let before = [0, 1, 2, 3].map(item => playback.progressOf(`${item}`))
      for (const one of steps) {
        if (one.act === 'add') playback.add(`${one.item}`, 0, one.bytes)
        if (one.act === 'heard') playback.heard(`m${one.mark}`)
        if (one.act === 'finish') playback.finish(`${one.item}`)
        if (one.act === 'clear')
          for (const cut of playback.clear())
            expect(cut.heardMs).toBeLessThanOrEqual(playback.progressOf(cut.itemId)!.sentMs)
        const now = [0, 1, 2, 3].map(item => playback.progressOf(`${item}`))
        for (const [item, progress] of now.entries()) {
          const earlier = before[item]
          if (!progress) continue
          expect(progress.heardMs).toBeLessThanOrEqual(progress.sentMs)
          expect(progress.sentMs).toBeLessThanOrEqual(progress.generatedMs)
          if (!earlier) continue
          expect(progress.heardMs).toBeGreaterThanOrEqual(earlier.heardMs)
          expect(progress.sentMs).toBeGreaterThanOrEqual(earlier.sentMs)
          if (earlier.isCut)
            expect(progress).toMatchObject({ isCut: true, heardMs: earlier.heardMs, sentMs: earlier.sentMs })
        }
        if (playback.isIdle()) expect(playback.pendingMs()).toBe(0)
        before = now
      }
    }),
  )
})

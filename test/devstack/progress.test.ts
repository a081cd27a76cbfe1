import { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createProgress, type Progress } from '../../devstack/progress.ts'

let printed: string

/** A reporter on a log or on a terminal; what it writes goes to `printed`. */
const progressOn = (kind: 'log' | 'terminal'): Progress => {
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      printed += String(chunk)
      done()
    },
  })
  return createProgress(
    Object.assign(stream, { isTTY: kind === 'terminal', columns: 60 }) as unknown as NodeJS.WriteStream,
  )
}

const slowStep = (progress: Progress) => {
  const { promise, resolve } = Promise.withResolvers<{ value: string; done: string }>()
  const step = progress.step('temporal', 'building from source', () => promise)
  return { finish: () => resolve({ value: 'file', done: 'built from source' }), step }
}

beforeEach(() => {
  printed = ''
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a step is one line with its name, what was done and its time', async () => {
  const { finish, step } = slowStep(progressOn('log'))
  await vi.advanceTimersByTimeAsync(1_500)
  finish()
  expect(await step).toBe('file')
  expect(printed).toBe(`temporal    ${'built from source'.padEnd(44)}     1.5 s\n`)
})

test('in a log a slow step is told after two seconds and then every ten', async () => {
  const { finish, step } = slowStep(progressOn('log'))
  await vi.advanceTimersByTimeAsync(23_000)
  expect(printed.split('\n').map(line => line.split(', ')[1])).toEqual(['2 s', '12 s', '22 s', undefined])
  finish()
  await step
})

test('on a terminal a slow step is one line that is rewritten, and gone when it is done', async () => {
  const { finish, step } = slowStep(progressOn('terminal'))
  await vi.advanceTimersByTimeAsync(1_900)
  expect(printed).toBe('')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(printed).not.toContain('\n')
  finish()
  await step
  const lastLine = printed.split('\r\u001B[2K').at(-1)
  expect(lastLine).toMatch(/^temporal {4}built from source +11\.9 s\n$/)
})

test('a note between two states of the line is a line of its own', async () => {
  const progress = progressOn('terminal')
  const { finish, step } = slowStep(progress)
  await vi.advanceTimersByTimeAsync(3_000)
  progress.note('temporal', 'passed over: PATH')
  expect(printed.split('\r\u001B[2K').at(-1)).toBe('temporal    passed over: PATH\n')
  finish()
  await step
})

test('a step that fails leaves no line behind', async () => {
  const failing = progressOn('terminal').step('store', 'starting', () => Promise.reject(new Error('no')))
  await expect(failing).rejects.toThrow('no')
  expect(printed).toBe('')
})

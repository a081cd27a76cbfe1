import { describe, expect, it, vi } from 'vitest'
import { startElasticClock } from '../../../src/sandbox/voice/clock.ts'

// The wall clock stands still here but for `pass`, so nothing depends on how busy the machine is.
const withWall = (speed: number, check: (clock: ReturnType<typeof start>) => void): void => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const clock = start(speed)
  try {
    check(clock)
  } finally {
    clock.stop()
    vi.useRealTimers()
  }
}
const start = (speed: number) => {
  const ticks: number[] = []
  const clock = startElasticClock({ speed, onTick: mediaMs => ticks.push(mediaMs) })
  return { ...clock, ticks, pass: (wallMs: number) => vi.advanceTimersByTime(wallMs) }
}

describe('the elastic clock', () => {
  it('ticks every 20 ms of media, in order, at its speed when nobody listens', () =>
    withWall(20, clock => {
      clock.pass(100)
      expect(clock.ticks).toEqual(Array.from({ length: clock.ticks.length }, (_, i) => (i + 1) * 20))
      expect(clock.now()).toBe(2000)
    }))

  it('stays within 100 ms of what the listener has taken', () =>
    withWall(20, clock => {
      clock.listen(true)
      clock.pass(40)
      expect(clock.now()).toBe(100)
      clock.taken(60)
      clock.pass(40)
      expect(clock.now()).toBe(160)
    }))

  it('gives up waiting after 50 ms of wall time, and then waits again', () =>
    withWall(20, clock => {
      clock.listen(true)
      clock.pass(53)
      expect(clock.now()).toBe(100)
      clock.pass(10)
      expect(clock.now()).toBe(200)
      clock.listen(false)
      clock.pass(10)
      expect(clock.now()).toBeGreaterThanOrEqual(400)
    }))

  it('never waits for a listener in real time that takes what it gets', () =>
    withWall(1, clock => {
      clock.listen(true)
      for (let i = 0; i < 50; i++) {
        clock.pass(20)
        clock.taken(clock.now())
      }
      expect(clock.now()).toBe(1000)
    }))

  it('does not make up for time that it lost', () =>
    withWall(20, clock => {
      clock.listen(true)
      clock.pass(45)
      clock.listen(false)
      clock.pass(1)
      expect(clock.now()).toBeLessThanOrEqual(240)
      clock.pass(10)
      expect(clock.now()).toBeLessThanOrEqual(440)
    }))

  it('changes its speed at once, and stops for good, also from within a tick', () =>
    withWall(1, clock => {
      clock.pass(15)
      clock.setSpeed(20)
      clock.pass(10)
      expect(clock.now()).toBeGreaterThanOrEqual(180)
      clock.stop()
      const at = clock.now()
      clock.pass(1000)
      expect(clock.now()).toBe(at)
    }))

  it('stops within a tick', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    let ticks = 0
    const clock = startElasticClock({
      speed: 100,
      onTick: () => {
        ticks++
        clock.stop()
      },
    })
    vi.advanceTimersByTime(100)
    vi.useRealTimers()
    expect(ticks).toBe(1)
  })
})

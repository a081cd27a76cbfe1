import { describe, expect, it } from 'vitest'

import { silenceOf } from '../../../bench/handover/silence.ts'
import type { Line } from '../../../src/sandbox/callee/account.ts'
import type { LegAccount } from '../../../src/sandbox/carrier/account.ts'

const leg = (next: { openedMs: number; firstPlayedMs: number | null }, callee: Line[] = []): LegAccount =>
  ({ streams: [{ openedMs: 0, closedMs: 10_000, firstPlayedMs: 500 }, next], callee }) as unknown as LegAccount
const said = (atMs: number, endMs: number): Line => ({ kind: 'said', text: 'Sorry?', whole: true, atMs, endMs })

describe('how much of a silence is ours', () => {
  it('all but the first token of the model, where the next word is the agent’s', () => {
    const silence = silenceOf(leg({ openedMs: 10_340, firstPlayedMs: 10_700 }))
    expect(silence).toEqual({ toStreamMs: 340, toFrameMs: 700, oursMs: 400 })
  })

  it('not the turn of a callee who speaks first', () => {
    const next = { openedMs: 10_340, firstPlayedMs: 12_210 }
    const silence = silenceOf(leg(next, [said(8_000, 9_000), said(10_600, 11_400)]))
    expect(silence).toEqual({ toStreamMs: 340, toFrameMs: 2_210, oursMs: 350 })
  })

  it('as long as another clock says, where media time stood still', () => {
    const silence = silenceOf(leg({ openedMs: 10_000, firstPlayedMs: 10_300 }), 5_300)
    expect(silence).toEqual({ toStreamMs: 5_300, toFrameMs: 5_600, oursMs: 5_300 })
  })

  it('is not known before the successor is heard', () => {
    expect(silenceOf(leg({ openedMs: 10_340, firstPlayedMs: null }))).toBeNull()
  })
})

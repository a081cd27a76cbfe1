import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { createLog } from '../../../src/log.ts'
import { startBridge } from '../../../src/media/bridge.ts'
import { createMetrics } from '../../../src/metrics.ts'
import type { BridgeOutcome } from '../../../src/media/bridge.ts'
import type { LegEvent } from '../../../src/media/leg.ts'
import type { ModelSession } from '../../../src/providers/model-session.ts'
import { loadPrompts } from '../../../worker/prompts.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const nothing = () => undefined

const SESSION: ModelSession = {
  listen: nothing,
  appendAudio: nothing,
  commitAudio: nothing,
  addItem: nothing,
  respond: nothing,
  takeTurns: nothing,
  isResponding: () => false,
  truncate: nothing,
  answerTool: nothing,
  close: nothing,
}
const FRAME = Buffer.alloc(160, 0xff).toString('base64')

test('a leg is lost when no frame has come for 5 s of wall time, however long it has carried some', async () => {
  let onEvent: (event: LegEvent) => void = nothing
  const bridge = startBridge({
    leg: {
      play: nothing,
      clear: nothing,
      close: nothing,
      listen: listener => (onEvent = listener),
    },
    session: SESSION,
    reopen: async () => null,
    items: [],
    doNotCall: nothing,
    directives: (await loadPrompts()).directives,
    earlier: [],
    baseIndex: 0,
    baseMediaMs: 0,
    isWhole: true,
    maxDurationMs: 60_000,
    noFrameMs: 5_000,
    put: nothing,
    metrics: createMetrics({ process: 'media', mode: 'test' }),
    log: createLog('test', 'silent'),
  })
  let outcome: BridgeOutcome | null = null
  void bridge.outcome.then(end => (outcome = end))
  for (let frame = 0; frame < 5; frame++) {
    onEvent({ kind: 'media', timestampMs: frame * 20, payload: FRAME })
    await vi.advanceTimersByTimeAsync(4_999)
    expect(outcome).toBeNull()
  }
  await vi.advanceTimersByTimeAsync(1)
  expect(outcome).toEqual({ kind: 'leg_silent' })
})

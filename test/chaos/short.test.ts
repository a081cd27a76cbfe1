// A fixed handful of the runs of `npm run chaos`: one of each kind, on processes as they run in production.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, inject, it } from 'vitest'

import { KINDS } from '../../chaos/faults/fault.ts'
import { violationLines } from '../../chaos/report.ts'
import { runAll } from '../../chaos/session.ts'
import { startChaosStack } from '../../chaos/stack.ts'
import type { ChaosStack } from '../../chaos/stack.ts'
import { SCALED, SCALED_PATIENCE } from '../../chaos/timeouts.ts'
import { createProgress } from '../../devstack/progress.ts'
import { SHORT_PLANS } from './short-plans.ts'

const { signal } = new AbortController()
let dataDir: string
let stack: ChaosStack
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'errand-chaos-'))
  stack = await startChaosStack({
    dataDir,
    signal,
    progress: createProgress(),
    speed: 20,
    timeouts: SCALED,
    env: { ...process.env, MONGODB_URL: inject('mongodbUrl'), TEMPORAL_ADDRESS: inject('temporalAddress') },
  })
})
afterAll(async () => {
  await stack?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

it('no promise is broken by a fault of each kind', { timeout: 300_000 }, async () => {
  const { results, problem } = await runAll(stack, SHORT_PLANS, {
    patience: SCALED_PATIENCE,
    signal,
    speed: 20,
    atOnce: 10,
    show: async () => undefined,
  })
  expect(results.flatMap(violationLines)).toEqual([])
  expect(problem).toBeNull()
  expect(results.map(({ plan }) => plan.fault.kind).toSorted()).toEqual([...KINDS].toSorted())
  const evidence = results.flatMap(({ calls }) => calls.map(call => call.evidence))
  expect(evidence.some(({ paid }) => paid.length > 0)).toBe(true)
  expect(evidence.some(({ cancels }) => cancels.length > 1)).toBe(true)
  // A fault that does not come proves nothing.
  expect(results.filter(({ isMissed }) => isMissed).map(({ plan }) => plan.fault.kind)).toEqual([])
})

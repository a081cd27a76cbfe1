import { expect, it } from 'vitest'

import { CATALOGUE } from '../../chaos/faults/catalogue.ts'
import { KINDS } from '../../chaos/faults/fault.ts'
import { parseChaosOptions } from '../../chaos/options.ts'
import { planOf } from '../../chaos/plan.ts'
import { createRandom } from '../../chaos/random.ts'
import { sweepPlans } from '../../chaos/sweep.ts'
import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'

const plans = (seed: string, count: number) => Array.from({ length: count }, (_, n) => planOf(seed, n + 1, KINDS))

it('the same seed gives the same numbers, for ever', () => {
  const random = createRandom('a seed')
  expect([random.int(0, 1_000_000), random.int(0, 1_000_000), random.int(0, 1_000_000)]).toMatchInlineSnapshot(`
    [
      111134,
      926037,
      269131,
    ]
  `)
})

it('the same seed gives the same plans, another seed others', () => {
  expect(plans('one', 50)).toEqual(plans('one', 50))
  expect(plans('one', 50)).not.toEqual(plans('two', 50))
})

it('a run is planned alone as it is among others', () => {
  expect(planOf('one', 17, KINDS)).toEqual(plans('one', 20)[16])
})

it('a plan is data that survives being written down', () => {
  for (const plan of plans('data', 100)) expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
})

it('every kind is drawn, with every way of it, and every scenario is played', () => {
  const drawn = plans('reach', 1_500)
  expect(new Set(drawn.map(({ fault }) => fault.kind))).toEqual(new Set(KINDS))
  const played = new Set(drawn.flatMap(({ calls }) => calls.map(({ scenario }) => scenario)))
  expect(played).toEqual(new Set(SCENARIOS.map(({ name }) => name)))
  for (const kind of KINDS) {
    const shapes = drawn
      .filter(({ fault }) => fault.kind === kind)
      .map(({ fault }) => `${fault.point.on} ${fault.action.do}`)
    expect(new Set(shapes).size).toBeGreaterThanOrEqual(CATALOGUE[kind].length > 1 ? 3 : 1)
  }
})

it('only what was asked for is drawn', () => {
  for (let run = 1; run <= 50; run++) expect(planOf('only', run, ['store']).fault.kind).toBe('store')
})

it('no two calls of a run go to the same number', () => {
  for (const { calls } of plans('numbers', 300))
    expect(new Set(calls.map(({ number }) => number)).size).toBe(calls.length)
})

it('the sweep has a call for each boundary of each activity of each scenario', () => {
  const swept = sweepPlans('sweep')
  const boundaries = SCENARIOS.map(({ carrier }) => (carrier.kind === 'answers' ? 12 : 10))
  expect(swept).toHaveLength(boundaries.reduce((sum, count) => sum + count, 0))
  expect(new Set(swept.map(plan => JSON.stringify([plan.calls[0]?.scenario, plan.fault.point]))).size).toBe(
    swept.length,
  )
})

it('options say what to run, and what is not understood is named', () => {
  expect(parseChaosOptions(['--runs', '7', '--seed', 'x', '--only', 'api,store'])).toMatchObject({
    kind: 'run',
    options: { runs: 7, seed: 'x', kinds: ['api', 'store'] },
  })
  expect(parseChaosOptions(['--help'])).toEqual({ kind: 'help' })
  expect(parseChaosOptions(['--only', 'cats'])).toMatchObject({
    kind: 'wrong',
    message: expect.stringMatching('cats'),
  })
  expect(parseChaosOptions(['--runs', '0'])).toMatchObject({
    kind: 'wrong',
    message: expect.stringMatching('--runs'),
  })
})

// kill -9 of both calls workers at every boundary of every activity of every scenario: one call each.
import { SCENARIOS } from '../src/sandbox/scenarios/table.ts'
import { ACTIVITIES } from './faults/catalogue.ts'
import type { Plan, PlannedCall } from './plan.ts'

const callOf = (name: string, number: string): PlannedCall => ({
  scenario: name,
  number,
  afterMs: 0,
  website: true,
  retries: true,
})

/** All plans of the sweep, in a fixed order; a boundary that a scenario does not have is missed, not failed. */
export const sweepPlans = (seed: string): Plan[] =>
  SCENARIOS.flatMap(({ name, number }) =>
    ACTIVITIES.flatMap(activity =>
      (['scheduled', 'completed'] as const).map(boundary => ({ name, number, activity, boundary })),
    ),
  ).map(({ name, number, activity, boundary }, n) => ({
    seed,
    run: n + 1,
    calls: [callOf(name, number)],
    target: 0,
    fault: {
      kind: 'calls',
      point: { on: 'activity', activity, boundary },
      action: { do: 'kill', who: 'calls-both' },
    },
    slow: null,
  }))

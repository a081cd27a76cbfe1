// kill -9 of both calls workers at every boundary of every activity of every scenario: one call each.
import type { Scenario } from '../src/sandbox/scenarios/scenario.ts'
import { SCENARIOS } from '../src/sandbox/scenarios/table.ts'
import { ACTIVITIES } from './faults/catalogue.ts'
import type { Plan, PlannedCall } from './plan.ts'

const callOf = (name: string, number: string): PlannedCall => ({
  scenario: name,
  number,
  afterMs: 0,
  website: true,
  retries: true,
  repeats: 1,
  buys: null,
  cancels: null,
})

/** A callee that is never reached is never judged. */
const activitiesOf = ({ carrier }: Scenario): readonly string[] =>
  carrier.kind === 'answers' ? ACTIVITIES : ACTIVITIES.filter(activity => activity !== 'conclude')

/** All plans of the sweep, in a fixed order; a boundary that a call does not come to is missed, not failed. */
export const sweepPlans = (seed: string): Plan[] =>
  SCENARIOS.flatMap(scenario => activitiesOf(scenario).flatMap(activity => boundariesOf(scenario, activity))).map(
    ({ name, number, point }, n) => ({
      seed,
      run: n + 1,
      calls: [callOf(name, number)],
      target: 0,
      fault: { kind: 'calls', point, action: { do: 'kill', who: 'calls-both' } },
      slow: null,
    }),
  )

const boundariesOf = ({ name, number }: Scenario, activity: string) =>
  (['scheduled', 'completed'] as const).map(boundary => ({
    name,
    number,
    point: { on: 'activity' as const, activity, boundary },
  }))

// Every scenario, one line each. Adding one is adding its file and its line.
import { agrees } from './agrees.ts'
import { busy } from './busy.ts'
import { fullyBooked } from './fully-booked.ts'
import { noAnswer } from './no-answer.ts'
import { offersAnotherTime } from './offers-another-time.ts'
import { refused } from './refused.ts'
import type { Scenario } from './scenario.ts'

/** All scenarios, in the order of their numbers. */
export const SCENARIOS: readonly Scenario[] = [agrees, offersAnotherTime, fullyBooked, busy, noAnswer, refused]

/** The scenario that a number chooses: `agrees` for every number that is not in the table. */
export const scenarioFor = (number: string): Scenario =>
  SCENARIOS.find(scenario => scenario.number === number) ?? agrees

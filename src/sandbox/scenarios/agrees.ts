import { testNumber } from '../../test-numbers/table.ts'
import { GREETING } from './scenario.ts'
import type { CalleePart, Scenario } from './scenario.ts'

/** Somebody who is there and agrees to everything. */
export const AGREEING: CalleePart = {
  greeting: GREETING,
  table: { say: 'Yes, {thing} is fine. What name should I put it under?', expects: 'name' },
  appointment: { say: 'Yes, {when} is fine. What name should I put it under?', expects: 'name' },
  hours: { say: '{On day} we are open from 11am to 9pm.', expects: 'nothing' },
  other: { say: 'Of course, {thing} is fine. What name should I put it under?', expects: 'name' },
}

export const agrees: Scenario = {
  ...testNumber('agrees'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: AGREEING,
}

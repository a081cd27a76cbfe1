import type { Evidence } from '../evidence.ts'
import { checkAccepted, checkRuns, checkStatuses } from './calls.ts'
import { checkCredits } from './credits.ts'
import { checkEnding } from './ending.ts'
import { checkDials, checkLegs } from './line.ts'

/** Every promise by the name under which it is reported. */
export const CHECKS: Record<string, (evidence: Evidence) => string[]> = {
  'accepted means finished': checkAccepted,
  'statuses go forward': checkStatuses,
  'workflows close': checkRuns,
  'one dial': checkDials,
  'no line stays open': checkLegs,
  'one settlement': checkCredits,
  'it ends as it should': checkEnding,
}

/** What is wrong with a call, a sentence each. */
export const violationsOf = (evidence: Evidence): string[] =>
  Object.entries(CHECKS).flatMap(([promise, check]) => check(evidence).map(text => `${promise}: ${text}`))

// Every scenario, one line each. Adding one is adding its file, its line, and its number in ../../test-numbers/table.ts.
import { agrees } from './agrees.ts'
import { asksAQuestionAtGoodbye } from './asks-a-question-at-goodbye.ts'
import { busy } from './busy.ts'
import { callbackBeforeTheResponse } from './callback-before-the-response.ts'
import { callbacksLate } from './callbacks-late.ts'
import { callbacksLost } from './callbacks-lost.ts'
import { callbacksRepeated } from './callbacks-repeated.ts'
import { fax } from './fax.ts'
import { forbidsFurtherCalls } from './forbids-further-calls.ts'
import { fullyBooked } from './fully-booked.ts'
import { hangsUpAtOnce } from './hangs-up-at-once.ts'
import { hangsUpDuringGoodbye } from './hangs-up-during-goodbye.ts'
import { hangsUpMidSentence } from './hangs-up-mid-sentence.ts'
import { interruptsAlways } from './interrupts-always.ts'
import { interruptsOnce } from './interrupts-once.ts'
import { menuWithoutEnd } from './menu-without-end.ts'
import { menu } from './menu.ts'
import { modelDrops } from './model-drops.ts'
import { modelClosesAlways } from './model-closes-always.ts'
import { modelSessionExpires } from './model-session-expires.ts'
import { modelServerError } from './model-server-error.ts'
import { modelCutFrame } from './model-cut-frame.ts'
import { modelSilent } from './model-silent.ts'
import { modelOverloadedAfter } from './model-overloaded-after.ts'
import { noAnswer } from './no-answer.ts'
import { notJson } from './not-json.ts'
import { offersAnotherTime } from './offers-another-time.ts'
import { personTakenForAMachine } from './person-taken-for-a-machine.ts'
import { rateLimitedOnce } from './rate-limited-once.ts'
import { refused } from './refused.ts'
import { responseAndCallbacksLost } from './response-and-callbacks-lost.ts'
import { responseLost } from './response-lost.ts'
import { serverErrorAfterAccepting } from './server-error-after-accepting.ts'
import { silentLine } from './silent-line.ts'
import { statusGoesBackwards } from './status-goes-backwards.ts'
import { streamBreakEndsCall } from './stream-break-ends-call.ts'
import { streamOpenedTwice } from './stream-opened-twice.ts'
import { talksAtTheSameTime } from './talks-at-the-same-time.ts'
import { triesToTakeOver } from './tries-to-take-over.ts'
import { voicemailTakenForAPerson } from './voicemail-taken-for-a-person.ts'
import { voicemail } from './voicemail.ts'
import type { Scenario } from './scenario.ts'

/** All scenarios, in the order of their numbers. */
export const SCENARIOS: readonly Scenario[] = [
  agrees,
  offersAnotherTime,
  fullyBooked,
  busy,
  noAnswer,
  refused,
  interruptsOnce,
  interruptsAlways,
  talksAtTheSameTime,
  hangsUpMidSentence,
  hangsUpAtOnce,
  hangsUpDuringGoodbye,
  asksAQuestionAtGoodbye,
  forbidsFurtherCalls,
  voicemail,
  voicemailTakenForAPerson,
  personTakenForAMachine,
  fax,
  silentLine,
  menu,
  menuWithoutEnd,
  triesToTakeOver,
  responseLost,
  serverErrorAfterAccepting,
  callbackBeforeTheResponse,
  notJson,
  rateLimitedOnce,
  callbacksRepeated,
  responseAndCallbacksLost,
  streamBreakEndsCall,
  streamOpenedTwice,
  statusGoesBackwards,
  modelDrops,
  modelClosesAlways,
  modelSessionExpires,
  modelServerError,
  modelCutFrame,
  modelSilent,
  modelOverloadedAfter,
  callbacksLate,
  callbacksLost,
]

/** The scenario that a number chooses: `agrees` for every number that is not in the table. */
export const scenarioFor = (number: string): Scenario =>
  SCENARIOS.find(scenario => scenario.number === number) ?? agrees

// The runs of short.test.ts: one of each kind, each with somebody beside it who must notice nothing of the fault: some of
// them buy the credit for their call first, or cancel it as the callee answers.
import { ALL_LINKS_TO } from '../../chaos/faults/catalogue.ts'
import type { Fault } from '../../chaos/faults/fault.ts'
import type { Plan, PlannedCall } from '../../chaos/plan.ts'
import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'

const call = (scenario: string): PlannedCall => ({
  scenario,
  number: SCENARIOS.find(({ name }) => name === scenario)!.number,
  afterMs: 0,
  website: false,
  retries: true,
  repeats: 1,
  buys: null,
  cancels: null,
})

const RUNS: [fault: Fault, target: string, beside: string][] = [
  [
    {
      kind: 'api',
      point: { on: 'request', link: 'api>store', saying: [], nth: 3, moment: 'after' },
      action: { do: 'kill', who: 'serving' },
    },
    'agrees',
    'busy',
  ],
  [
    {
      kind: 'carrier',
      point: { on: 'request', link: 'calls>carrier', saying: ['Calls.json'], nth: 1, moment: 'after' },
      action: { do: 'drop' },
    },
    'fully-booked',
    'no-answer',
  ],
  [
    {
      kind: 'media',
      point: { on: 'frames', count: 700 },
      action: { do: 'kill', who: 'serving', and: 'calls-1' },
    },
    'agrees',
    'refused',
  ],
  [
    {
      kind: 'calls',
      point: { on: 'activity', activity: 'placeCall', boundary: 'completed' },
      action: { do: 'kill', who: 'calls-both' },
    },
    'offers-another-time',
    'busy',
  ],
  [
    {
      kind: 'temporal',
      point: { on: 'frames', count: 200 },
      action: { do: 'cut', links: ALL_LINKS_TO.temporal, whose: 'all', cut: { how: 'reset' }, forMs: 1_500 },
    },
    'fully-booked',
    'voicemail',
  ],
  [
    {
      kind: 'store',
      point: { on: 'frames', count: 200 },
      action: { do: 'cut', links: ALL_LINKS_TO.store, whose: 'all', cut: { how: 'reset' }, forMs: 1_000 },
    },
    'agrees',
    'refused',
  ],
  [
    {
      kind: 'model',
      point: { on: 'model', saying: '"response.output_audio.delta"', nth: 20 },
      action: { do: 'drop' },
    },
    'agrees',
    'busy',
  ],
  [
    { kind: 'deploy', point: { on: 'frames', count: 100 }, action: { do: 'stop', who: 'serving' } },
    'fully-booked',
    'no-answer',
  ],
]

/** What those beside do besides being called. */
const BESIDE: Record<string, Partial<PlannedCall>> = {
  busy: { buys: { method: 'card', resends: 2 } },
  voicemail: {
    cancels: {
      at: { on: 'request', link: 'front>api', saying: ['/instructions'], nth: 1, moment: 'before' },
      times: 2,
      isFirst: true,
    },
  },
}

export const SHORT_PLANS: Plan[] = RUNS.map(([fault, target, beside], n) => ({
  seed: 'short',
  run: n + 1,
  calls: [call(target), { ...call(beside), ...BESIDE[beside] }],
  target: 0,
  fault,
  slow: null,
}))

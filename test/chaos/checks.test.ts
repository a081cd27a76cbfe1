// Each check is seen to find what it is there for: on accounts that are in order but for one thing.
import { expect, it } from 'vitest'

import { violationsOf } from '../../chaos/checks/all.ts'
import { checkBalance } from '../../chaos/checks/credits.ts'
import type { Evidence } from '../../chaos/evidence.ts'
import { APPLICATION_ERROR } from '../../src/sandbox/carrier/execution.ts'
import { modelClosesAlways } from '../../src/sandbox/scenarios/model-closes-always.ts'
import { CALL_ID, properEvidence } from './evidence.ts'

const doctored = (doctor: (evidence: Evidence) => void): string[] => {
  const evidence = properEvidence()
  doctor(evidence)
  return violationsOf(evidence)
}

it('finds nothing where everything is as it should be', () => {
  expect(violationsOf(properEvidence())).toEqual([])
})

const DOCTORED: [what: string, doctor: (evidence: Evidence) => void, found: RegExp][] = [
  ['a call that never ends', one => (one.final!.status = 'in_progress'), /accepted, and never ended: in_progress/],
  ['a call that cannot be read', one => (one.final = null), /never ended: it cannot be read/],
  ['a stored call that is left half-done', one => (one.store.calls[0]!.status = 'accepting'), /left accepting/],
  ['one request that made two calls', one => one.store.calls.push(one.store.calls[0]!), /made 2 calls/],
  ['an accepted call that is not stored', one => (one.store.calls = []), /not stored/],
  [
    'a status that goes back',
    one => (one.statuses = ['queued', 'in_progress', 'dialing']),
    /from in_progress to dialing/,
  ],
  ['an end that is not the last', one => (one.statuses = ['failed', 'completed']), /from failed to completed/],
  ['a workflow that hangs', one => (one.runs[CALL_ID]!.status = 'RUNNING'), /is RUNNING/],
  ['a workflow that was ended by hand', one => (one.runs[CALL_ID]!.status = 'TERMINATED'), /is TERMINATED/],
  ['a call without a workflow', one => (one.runs[CALL_ID]!.status = 'NONE'), /is NONE/],
  ['a workflow task that failed', one => one.runs[CALL_ID]!.failedTasks.push('nondeterminism'), /nondeterminism/],
  [
    'two dials of one call',
    one => one.carrier.dials.push({ ...one.carrier.dials[0]!, sid: 'CA2' }),
    /the carrier dialled 2 times/,
  ],
  ['a line that stays open', one => (one.carrier.legs[0]!.status = 'in-progress'), /still in-progress/],
  ['a line that was too long', one => (one.carrier.legs[0]!.durationSeconds = 661), /lasted 661 s/],
  ['a credit that was lost', one => (one.store.account!.balance = 3), /balance 3 \+ holds 0 is not bought 5/],
  ['a hold that was left', one => (one.store.account!.holds[CALL_ID] = 1), /still held/],
  ['two captures', one => (one.store.account!.captured = 2), /2 credits were captured, the calls cost 1/],
  ['a call that was not charged', one => (one.store.account!.captured = 0), /0 credits were captured/],
  [
    'a failed call that was charged',
    one => (one.store.calls[0]!.status = 'failed'),
    /1 credits were captured, the calls cost 0/,
  ],
  ['a capture that the ledger has not', one => one.store.ledger.pop(), /the ledger has 0 captures/],
  [
    'a capture that the ledger has twice',
    one => one.store.ledger.push({ ...one.store.ledger[1]!, _id: '3' }),
    /the ledger has 2 captures/,
  ],
  ['an imbalance that was seen on the way', one => one.samples.push('the balance is -1'), /the balance is -1/],
  [
    'another status than the scenario says',
    one => (one.final!.status = 'failed'),
    /status is failed, expected completed/,
  ],
  ['another outcome', one => (one.final!.outcome = 'partial'), /outcome is partial/],
  [
    'a dial that is called unknown and is on the carrier’s list',
    one => {
      one.final!.status = 'failed'
      one.final!.error_code = 'dial_unknown'
    },
    /dial_unknown, but the carrier has the leg CA1/,
  ],
  ['a turn that nobody said', one => (one.final!.turns![0]!.text = 'Goodbye?'), /the callee's turns are/],
  ['a transcript of other words', one => (one.final!.transcript = 'Agent: Hi'), /transcript is/],
  ['a canceled call that goes on', one => (one.cancels = [202]), /status is completed, expected canceled/],
  [
    'a refused cancellation that counts',
    one => {
      one.cancels = [409]
      one.final!.status = 'canceled'
    },
    /status is canceled, expected completed/,
  ],
  [
    'a cancellation that is answered in two ways',
    one => {
      one.cancels = [202, 409]
      one.final!.status = 'canceled'
      one.final!.outcome = null
    },
    /canceling was answered 202, and 409/,
  ],
  [
    'a canceled call that nobody answered and that was charged',
    one => {
      one.cancels = [202]
      one.final!.status = 'canceled'
      one.final!.outcome = null
    },
    /credits taken is 1, expected 0/,
  ],
  [
    'a repeated request that is answered otherwise',
    one => one.posted.accepted.push('{ }'),
    /answered otherwise: \{\} and then \{ \}/,
  ],
  [
    'a payment that adds nothing',
    one => one.paid.push({ sessionId: 'cs_test_1', accountId: 'ac_1' }),
    /given 5 credits, 15 are its own/,
  ],
  [
    'a payment that the ledger has twice',
    one => {
      one.paid.push({ sessionId: 'cs_test_1', accountId: 'ac_1' })
      for (const _id of ['3', '4'])
        one.store.ledger.push({ _id, accountId: 'ac_1', kind: 'grant', cause: 'cs_test_1', credits: 10 })
    },
    /2 grants for the payment cs_test_1/,
  ],
  ['credits that nobody paid for', one => (one.store.account!.bought = 15), /given 15 credits, 5 are its own/],
  [
    'a call that is refused although it was paid for',
    one => {
      one.paid.push({ sessionId: 'cs_test_1', accountId: 'ac_1' })
      one.posted.attempts = ['402 insufficient_credits', 'bought', '402 insufficient_credits']
    },
    /paid for, and the call was refused/,
  ],
  [
    'a last sentence that was spoken long before our side hung up, and is missing',
    one => {
      one.carrier.legs[0]!.callee.push({ kind: 'said', text: 'Wait.', whole: true, atMs: 10_500, endMs: 10_900 })
    },
    /the callee's turns are/,
  ],
  [
    'an error announcement',
    one => {
      const [leg] = one.carrier.legs
      leg!.announcements.push(APPLICATION_ERROR)
      leg!.callee.push({ kind: 'heard', text: APPLICATION_ERROR, whole: true, atMs: 11_000, endMs: 12_000 })
    },
    /application error/,
  ],
]

it.each(DOCTORED)('finds %s', (_what, doctor, found) => {
  expect(doctored(doctor)).toContainEqual(expect.stringMatching(found))
})

/** The first stream broke off at ten seconds of media time, and a second one followed. */
const handedOver = (doctor: (evidence: Evidence) => void): string[] =>
  doctored(evidence => {
    const [leg] = evidence.carrier.legs
    const [first] = leg!.streams
    leg!.streams = [
      { ...first!, end: 'broken', closedMs: 11_500 },
      { ...first!, streamSid: 'MZ2', openedMs: 11_600 },
    ]
    doctor(evidence)
  })

it('a conversation that was handed over in order is as it should be', () => {
  expect(handedOver(() => undefined)).toEqual([])
})

it('a model that never heard the greeting fails at nothing', () => {
  const failing = (doctor: (evidence: Evidence) => void): string[] =>
    handedOver(one => {
      one.scenario = modelClosesAlways
      one.disturbance.conversation = true
      one.disturbance.lossMs = 2_500
      doctor(one)
    })
  const lost = failing(one => {
    one.final!.turns!.shift()
    one.final!.transcript = one.final!.transcript!.split('\n').slice(1).join('\n')
  })
  expect(lost).toEqual([])
  expect(failing(() => undefined)).toContainEqual(expect.stringMatching(/status is completed, expected failed/))
})

const HANDOVERS: [what: string, doctor: (evidence: Evidence) => void, found: RegExp][] = [
  [
    'a sentence that was finished before the loss and is missing',
    one => one.final!.turns!.splice(1, 1),
    /0 times/,
  ],
  [
    'a sentence that is there twice and was heard once',
    one => one.final!.turns!.push({ ...one.final!.turns![1]! }),
    /heard 1 times, and is in the transcript 2 times/,
  ],
  [
    'an agent that greets again',
    one => one.carrier.legs[0]!.callee.push({ ...one.carrier.legs[0]!.callee[1]!, atMs: 12_000, endMs: 14_000 }),
    /greeted 2 times/,
  ],
  [
    'words that the callee never said',
    one => one.final!.turns!.push({ role: 'callee', text: 'Never.', at_ms: 9_000, interrupted: false }),
    /never said "Never."/,
  ],
]

it.each(HANDOVERS)('after a handover finds %s', (_what, doctor, found) => {
  expect(handedOver(doctor)).toContainEqual(expect.stringMatching(found))
})

it('what the callee begins to say while our side hangs up may be missing', () => {
  const found = doctored(one => {
    const [leg] = one.carrier.legs
    leg!.streams[0]!.closedMs = 14_000
    leg!.callee.push({ kind: 'said', text: 'Wait.', whole: true, atMs: 13_200, endMs: 13_700 })
  })
  expect(found).toEqual([])
})

it('a callee who had to wait may lose patience; one who was never rung may not', () => {
  const failed = (doctor: (evidence: Evidence) => void): string[] =>
    doctored(one => {
      one.disturbance.mayWait = true
      one.final!.status = 'failed'
      one.final!.outcome = null
      one.final!.error_code = 'call_failed'
      one.statuses = ['queued', 'failed']
      one.store.calls[0]!.status = 'failed'
      one.store.account = { ...one.store.account!, captured: 0, balance: 5 }
      one.store.ledger.pop()
      doctor(one)
    })
  const answered = { status: 'in-progress' as const, at: '', mediaMs: 0 }
  const waited = failed(one => {
    one.carrier.legs[0]!.statuses.push(answered)
    one.carrier.legs[0]!.announcements.push('One moment please.')
  })
  expect(waited).toEqual([])
  expect(failed(one => (one.carrier = { dials: [], legs: [] }))).toContainEqual(
    expect.stringMatching(/status is failed, expected completed/),
  )
})

it('a dial that is unknown is an honest end where the carrier has no leg', () => {
  const found = doctored(one => {
    one.final!.status = 'failed'
    one.final!.outcome = null
    one.final!.error_code = 'dial_unknown'
    one.statuses = ['queued', 'failed']
    one.carrier = { dials: [], legs: [] }
    one.store.calls[0]!.status = 'failed'
    one.store.account = { ...one.store.account!, captured: 0, balance: 5 }
    one.store.ledger.pop()
  })
  expect(found).toEqual([])
})

it('a call that was not accepted and does not exist is in order', () => {
  const found = doctored(one => {
    one.posted = { callId: null, attempts: ['no answer'], accepted: [], buyAt: null }
    one.final = null
    one.statuses = []
    one.carrier = { dials: [], legs: [] }
    one.runs = {}
    one.store.calls = []
    one.store.account = { ...one.store.account!, captured: 0, balance: 5 }
    one.store.ledger.pop()
  })
  expect(found).toEqual([])
})

it('the balance is checked at every look, holds included', () => {
  const account = properEvidence().store.account!
  expect(checkBalance({ ...account, balance: 3, holds: { [CALL_ID]: 1 } })).toEqual([])
  expect(checkBalance({ ...account, balance: 4, holds: { [CALL_ID]: 1 } })).toHaveLength(1)
  expect(checkBalance({ ...account, bought: 0, balance: -1 })).toContain('the balance is -1')
})

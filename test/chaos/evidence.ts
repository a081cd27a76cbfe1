// A call that went as it should, as all accounts have it, for tests to doctor.
import type { Evidence } from '../../chaos/evidence.ts'
import { newCall } from '../../src/calls/call.ts'
import { newCredits } from '../../src/credits/credit.ts'
import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import { agrees } from '../../src/sandbox/scenarios/agrees.ts'
import { callRequest } from '../support/call-request.ts'

export const CALL_ID = `cl_${'0'.repeat(26)}`
const AT = '2026-01-01T00:00:00.000Z'

const TURNS = [
  { role: 'callee', text: 'Hello, how can I help you?', at_ms: 0, interrupted: false },
  { role: 'agent', text: 'Hello, I am an AI assistant.', at_ms: 3_000, interrupted: false },
  { role: 'agent', text: 'Thank you. Goodbye.', at_ms: 8_000, interrupted: false },
] as const

export const properLeg = (): LegAccount => ({
  sid: 'CA1',
  to: '+14155551234',
  from: '+15005550006',
  scenario: 'agrees',
  status: 'completed',
  statuses: [],
  durationSeconds: 12,
  requests: [],
  streams: [
    {
      streamSid: 'MZ1',
      url: 'ws://127.0.0.1:1/streams',
      openedMs: 0,
      closedMs: 12_000,
      end: 'served',
      closeCode: 1000,
      framesSent: 600,
      framesPlayed: 400,
      firstPlayedMs: 200,
    },
  ],
  warnings: [],
  announcements: [],
  callee: TURNS.map(({ role, text, at_ms }) => ({
    kind: role === 'agent' ? ('heard' as const) : ('said' as const),
    text,
    whole: true,
    atMs: at_ms,
    endMs: at_ms + 2_000,
  })),
})

/** Everything about a call that agreed, all accounts in order. */
export const properEvidence = (): Evidence => {
  const request = callRequest({ toPhoneNumber: '+14155551234' })
  const call = {
    ...newCall(CALL_ID, 'ac_1', 'test', request, new Date(AT)),
    status: 'completed' as const,
    startedAt: new Date(AT),
  }
  return {
    scenario: agrees,
    posted: { callId: CALL_ID, attempts: ['202'], accepted: ['{}'], buyAt: null },
    retries: true,
    cancels: [],
    welcome: 5,
    paid: [],
    statuses: ['queued', 'dialing', 'in_progress', 'completed'],
    final: {
      call_id: CALL_ID,
      status: 'completed',
      outcome: 'achieved',
      error_code: null,
      duration_seconds: 12,
      transcript: TURNS.map(({ role, text }) => `${role === 'agent' ? 'Agent' : 'Callee'}: ${text}`).join('\n'),
      turns: TURNS.map(turn => ({ ...turn })),
    },
    carrier: {
      dials: [
        {
          at: AT,
          to: '+14155551234',
          from: '+15005550006',
          statusCallback: `http://127.0.0.1/calls/${CALL_ID}/status`,
          sid: 'CA1',
          errorCode: null,
        },
      ],
      legs: [properLeg()],
    },
    store: {
      account: {
        _id: 'ac_1',
        ...newCredits(),
        bought: 5,
        captured: 1,
        balance: 4,
        grants: { welcome: 5 },
      },
      calls: [call],
      ledger: [
        { _id: '1', accountId: 'ac_1', kind: 'grant', cause: 'welcome', credits: 5 },
        { _id: '2', accountId: 'ac_1', kind: 'capture', cause: CALL_ID, credits: -1 },
      ],
    },
    runs: { [CALL_ID]: { status: 'COMPLETED', failedTasks: [] } },
    samples: [],
    disturbance: { conversation: false, mayWait: false, lossMs: null, settledMs: 1_000 },
  }
}

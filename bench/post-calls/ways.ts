// The ways to get a call's workflow started. They make the same call: the same documents, the same workflow input.
import { createAccountService } from '../../src/accounts/service.ts'
import { newCall } from '../../src/calls/call.ts'
import type { Call, CallRequest } from '../../src/calls/call.ts'
import { createCallStore } from '../../src/calls/store.ts'
import { createCreditStore } from '../../src/credits/store.ts'
import { createDialingPauseStore } from '../../src/dialing/store.ts'
import { createDoNotCallService } from '../../src/do-not-call/service.ts'
import { createDoNotCallStore } from '../../src/do-not-call/store.ts'
import { newCallId } from '../../src/ids.ts'
import { createKeyService } from '../../src/keys/service.ts'
import { callLimits } from '../../src/providers/temporal.ts'
import { createRateLimits } from '../../src/rate-limits/limiter.ts'
import { TIMEOUTS } from '../../src/timeouts.ts'
import { OBJECTIVE_CALL, taskQueue } from '../../workflows/contract.ts'
import type { ObjectiveCallInput } from '../../workflows/contract.ts'
import { createClient } from '../client.ts'
import type { Way } from '../compare.ts'
import type { BenchStack } from '../stack.ts'

const BODY = {
  to_phone_number: '+14155550100',
  objective: 'Book a table for 2 at 7pm at Nopa',
  business_name: 'Nopa',
  caller_name: 'Alex Rivera',
}

const REQUEST: Omit<CallRequest, 'record'> = {
  toPhoneNumber: BODY.to_phone_number,
  objective: BODY.objective,
  businessName: BODY.business_name,
  website: null,
  language: null,
  callerName: BODY.caller_name,
  maxDurationSeconds: 600,
  metadata: null,
}

/** Given a key: POST itself, the control that does directly what POST has done at its end, and the start alone. */
export const createWays = ({ db, client }: BenchStack, apiUrl: string): readonly Way<string>[] => {
  const keys = createKeyService(db)
  const accounts = createAccountService(db)
  const credits = createCreditStore(db)
  const calls = createCallStore(db)
  const doNotCall = createDoNotCallService(createDoNotCallStore(db))
  const pauses = createDialingPauseStore(db)
  const { calls: limiter } = createRateLimits(db)
  const ask = createClient()

  const store = async (key: string): Promise<Call> => {
    const principal = await keys.authenticate(key)
    if (!principal) throw new Error('the key is unknown')
    const { accountId, mode } = principal
    const { isExceeded } = await limiter.count(principal.keyId)
    if (isExceeded) throw new Error('the key has placed too many calls')
    if (await doNotCall.has(principal, REQUEST.toPhoneNumber)) throw new Error('the number is listed')
    const record = (await accounts.find(accountId))?.recordByDefault ?? true
    const call = newCall(newCallId(), accountId, mode, { ...REQUEST, record }, new Date())
    await calls.insert(call)
    const { kind } = await credits.hold(accountId, call._id)
    if (kind !== 'held') throw new Error(`the credit was not held: ${kind}`)
    const queued = await calls.advance(call._id, 'queued')
    if (!queued) throw new Error('the call was not queued')
    if (await pauses.isPaused(mode)) throw new Error('dialing is paused')
    return queued
  }

  const start = async (callId: string): Promise<void> => {
    const limits = { ...callLimits(TIMEOUTS), maxDurationSeconds: REQUEST.maxDurationSeconds }
    const input: ObjectiveCallInput = { callId, mode: 'test', hasWebsite: false, limits }
    await client.workflow.start(OBJECTIVE_CALL, {
      workflowId: callId,
      taskQueue: taskQueue('calls', 'test'),
      args: [input],
    })
  }

  const POST = { method: 'POST', url: `${apiUrl}/api/v1/calls`, body: BODY, expected: 202 } as const
  return [
    { name: 'POST /api/v1/calls', run: key => ask({ ...POST, key }) },
    {
      name: 'control: store operations, bare start',
      run: async key => await start((await store(key))._id),
    },
    { name: 'bare start alone', run: () => start(newCallId()) },
  ]
}

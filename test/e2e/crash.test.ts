// kill -9 of the calls worker at the boundaries of the activities, on the processes as they run in production.
import { setTimeout as delay } from 'node:timers/promises'

import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { hasActivity } from '../../chaos/accounts/engine.ts'
import { createDevelopmentAccount } from '../../devstack/account.ts'
import { postCall } from '../../devstack/demo/call.ts'
import { differences, dialsOf } from '../../devstack/demo/differences.ts'
import type { WireCall } from '../../devstack/demo/call.ts'
import { readmeRequest } from '../../devstack/demo/request.ts'
import type { Call } from '../../src/calls/call.ts'
import { isBalanced } from '../../src/credits/credit.ts'
import type { Credits } from '../../src/credits/credit.ts'
import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'
import { createProcesses } from '../support/processes.ts'
import type { Processes } from '../support/processes.ts'

const POLL_MS = 20
const ENDED = ['completed', 'failed', 'canceled']

type Activity = 'openCall' | 'readWebsite' | 'placeCall' | 'conclude' | 'finish'
/** `accepted`: the carrier has taken the dial, and its answer is on the way. */
type Boundary = 'scheduled' | 'completed' | 'accepted'

let processes: Processes
let mongo: MongoClient
beforeAll(async () => {
  processes = await createProcesses()
  mongo = await MongoClient.connect(processes.mongodbUrl)
  await processes.start('sandbox', 'api')
})
afterAll(async () => {
  await mongo?.close()
  await processes?.close()
})

const place = async (scenarioName: string) => {
  const scenario = SCENARIOS.find(({ name }) => name === scenarioName)!
  const { accountId, testKey } = await createDevelopmentAccount(processes)
  const request = await readmeRequest(processes.sandboxUrl)
  const callId = await postCall(processes.apiUrl, testKey, { ...request, to_phone_number: scenario.number })
  const get = async (): Promise<WireCall> => {
    const response = await fetch(`${processes.apiUrl}/api/v1/calls/${callId}`, {
      headers: { 'x-api-key': testKey },
    })
    return ((await response.json()) as { data: WireCall }).data
  }
  return { callId, accountId, scenario, get }
}
type Placed = Awaited<ReturnType<typeof place>>

const stored = async (callId: string): Promise<Call> =>
  (await mongo.db(processes.database).collection<Call>('calls').findOne({ _id: callId }))!

const untilEnded = async ({ get }: Placed): Promise<WireCall> => {
  for (;;) {
    const call = await get()
    if (ENDED.includes(call.status)) return call
    await delay(POLL_MS)
  }
}

/** Until the history of a call shows that an activity was scheduled, or is completed. */
const untilHistory = async (
  callId: string,
  activity: Activity,
  boundary: 'scheduled' | 'completed',
): Promise<void> => {
  for (;;) {
    if (await hasActivity(processes.client, callId, activity, boundary)) return
    await delay(POLL_MS)
  }
}

/** Until no dial is claimed that the carrier has not seen: nobody could tell later whether that one was sent. */
const untilNoneIsBeingSent = async (calls: Placed[]): Promise<void> => {
  for (;;) {
    const all = await Promise.all(calls.map(({ callId }) => stored(callId)))
    if (!all.some(isBeingSent)) return
    await delay(POLL_MS)
  }
}
const isBeingSent = ({ _id, dial }: Call): boolean => dial !== null && !processes.gate.hasPassed(_id)

/** Ended as its scenario says, dialled once at most, and paid for once or not at all. */
const expectProperEnd = async (placed: Placed): Promise<void> => {
  const { scenario, callId, accountId } = placed
  const call = await untilEnded(placed)
  const accounts = mongo.db(processes.database).collection<Credits & { _id: string }>('accounts')
  const account = (await accounts.findOne({ _id: accountId }))!
  expect(await differences(processes, scenario, call, account.captured)).toEqual([])
  expect([account.holds, isBalanced(account)]).toEqual([{}, true])
  const ledger = mongo.db(processes.database).collection('ledger')
  expect(await ledger.countDocuments({ accountId, cause: callId })).toBe(scenario.ends.credits)
}

it('a worker that is down delays calls and loses none', { timeout: 120_000 }, async () => {
  const calls = [await place('agrees'), await place('busy')]
  for (const { get } of calls) expect(await get()).toMatchObject({ status: 'queued' })
  await processes.start('calls', 'media')
  for (const call of calls) await expectProperEnd(call)
})

// One of each kind; `npm run chaos -- --sweep` takes every boundary of every scenario.
const KILLS: [string, Activity, Boundary][] = [
  ['agrees', 'openCall', 'scheduled'],
  ['agrees', 'readWebsite', 'scheduled'],
  ['agrees', 'conclude', 'scheduled'],
  ['busy', 'finish', 'scheduled'],
  ['agrees', 'placeCall', 'accepted'],
  ['agrees', 'placeCall', 'completed'],
  ['refused', 'placeCall', 'completed'],
]

it('a worker that is killed at an activity’s boundary costs no call its end', { timeout: 180_000 }, async () => {
  const calls: Placed[] = []
  // The next worker takes up what the last one left, while the next call comes: waits for the dead overlap.
  for (const [scenario, activity, boundary] of KILLS) {
    const call = await place(scenario)
    if (boundary === 'accepted') await processes.gate.keepAnswer(call.callId)
    else await untilHistory(call.callId, activity, boundary)
    await untilNoneIsBeingSent(calls)
    await processes.kill('calls')
    calls.push(call)
    await processes.start('calls')
  }
  for (const call of calls) {
    // Killed between the claim and the request after all: nobody can know yet, and nobody dials again.
    if (isBeingSent(await stored(call.callId))) expect(await dialsOf(processes.sandboxUrl, call.callId)).toBe(0)
    else await expectProperEnd(call)
  }
})

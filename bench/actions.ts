// Billable actions of a call, by Temporal Cloud's published rules. Heartbeats are billed as well and leave nothing in a
// history, so the call is played in real time, and the server is asked for the latest heartbeat while it lasts.
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'

import { readmeRequest } from '../devstack/demo/request.ts'
import { actionKinds, countActions } from './actions/rules.ts'
import type { ActionCounts, HistoryEvent } from './actions/rules.ts'
import type { Benchmark, BenchRun } from './benchmark.ts'
import { createKeys } from './records.ts'
import { placeCall } from './place.ts'
import { withStack } from './stack.ts'
import type { BenchStack } from './stack.ts'
import { printTable } from './table.ts'

const GOAL = 16
const PEEK_EVERY_MS = 500

/** Counts the heartbeats that reach the server until `ended`; the throttle lets one through every ten seconds. */
const countHeartbeats = async (client: Client, callId: string, ended: AbortSignal): Promise<number> => {
  const seen = new Set<string>()
  for (; !ended.aborted; await delay(PEEK_EVERY_MS)) {
    const { raw } = await client.workflow.getHandle(callId).describe()
    for (const { activityId, lastHeartbeatTime, heartbeatDetails } of raw.pendingActivities ?? [])
      if (heartbeatDetails)
        seen.add(`${activityId} ${String(lastHeartbeatTime?.seconds)}.${lastHeartbeatTime?.nanos}`)
  }
  return seen.size
}

const historyOf = async (client: Client, callId: string): Promise<HistoryEvent[]> => {
  const handle = client.workflow.getHandle(callId)
  await handle.result()
  return (JSON.parse(historyToJSON(await handle.fetchHistory())) as { events: HistoryEvent[] }).events
}

const playCall = async (stack: BenchStack, key: string, number: string) => {
  const body = { ...(await readmeRequest(stack.sandboxUrl)), to_phone_number: number }
  const placed = await placeCall(stack.apiUrl, key, body)
  const ended = new AbortController()
  const counting = countHeartbeats(stack.client, placed.id, ended.signal)
  const { status, outcome, error_code: errorCode } = await placed.until()
  ended.abort()
  const heartbeats = await counting
  return {
    end: [status, outcome ?? errorCode].filter(Boolean).join(', '),
    counts: countActions(await historyOf(stack.client, placed.id), heartbeats),
  }
}

const total = (counts: ActionCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

const run = async ({ signal }: BenchRun): Promise<void> =>
  await withStack({ speed: 1, signal }, async stack => {
    const [happyKey = '', busyKey = ''] = await createKeys(stack.db, 2)
    const [happy, busy] = await Promise.all([
      playCall(stack, happyKey, '+14155550100'),
      playCall(stack, busyKey, '+14155550103'),
    ])
    printTable(
      ['billable actions', `agrees: ${happy.end}`, `control, busy: ${busy.end}`],
      [
        ...actionKinds.map(kind => [kind, String(happy.counts[kind]), String(busy.counts[kind])]),
        ['in all', `${total(happy.counts)} (goal ≤ ${GOAL})`, String(total(busy.counts))],
      ],
    )
  })

export const actions: Benchmark = {
  name: 'actions',
  title: 'billable actions of a call with a website, speed 1',
  run,
}

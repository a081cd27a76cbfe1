// Records the history of every scenario on the whole stack, for the replay test:
//   node scripts/run.mjs test/replay/record-scenarios.ts
// To be run after an intended change of the workflow's story, and only then: the histories that lie there are the calls
// that may be running when a new version is deployed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

import { Client, Connection } from '@temporalio/client'

import { createDevelopmentAccount } from '../../devstack/account.ts'
import { placeAndFollow } from '../../devstack/demo/call.ts'
import { readmeRequest } from '../../devstack/demo/request.ts'
import { createProgress } from '../../devstack/progress.ts'
import { runCommand } from '../../devstack/signals.ts'
import { startStack } from '../../devstack/stack.ts'
import type { Stack } from '../../devstack/stack.ts'
import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'
import { HISTORIES, recordHistory } from './record.ts'

const recordAll = async (stack: Stack, client: Client, signal: AbortSignal): Promise<void> => {
  const request = await readmeRequest(stack.sandboxUrl)
  for (const { name, number } of SCENARIOS) {
    const account = await createDevelopmentAccount(stack)
    const body = { ...request, to_phone_number: number }
    const { body: answer } = await placeAndFollow(stack, account, body, signal, new PassThrough().resume())
    const { call_id: callId, status } = answer.data
    // The call ends in the store a moment before its workflow does.
    await client.workflow.getHandle(callId).result()
    await recordHistory(client, callId, join(HISTORIES, `${name}.json`))
    console.log(`${name.padEnd(30)}${status}`)
    await delay(0, undefined, { signal })
  }
}

await runCommand(async ({ signal }) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'errand-record-'))
  const stack = await startStack({ dataDir, progress: createProgress(), ports: 'free', ui: false, signal })
  const connection = await Connection.connect({ address: stack.temporalAddress })
  try {
    await recordAll(stack, new Client({ connection, namespace: stack.temporalNamespace }), signal)
    return 0
  } finally {
    await connection.close()
    await stack.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
})

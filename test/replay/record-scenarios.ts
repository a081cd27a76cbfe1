// Records the histories that the replay test replays, on the whole stack: those of scenarios that have none yet.
//   node scripts/run.mjs test/replay/record-scenarios.ts [--all]
// With `--all` every one is recorded again. That is for an intended change of the workflow's story, and only when no
// call of the old one can run any more: the histories that lie there are the calls that may be running at a deploy.
import { existsSync } from 'node:fs'
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

const fileOf = (name: string): string => join(HISTORIES, `${name}.json`)
const isAll = process.argv.includes('--all')
const wanted = SCENARIOS.filter(({ name }) => isAll || !existsSync(fileOf(name)))

const recordAll = async (stack: Stack, client: Client, signal: AbortSignal): Promise<void> => {
  const request = await readmeRequest(stack.sandboxUrl)
  for (const { name, number } of wanted) {
    const account = await createDevelopmentAccount(stack)
    const body = { ...request, to_phone_number: number }
    const { body: answer } = await placeAndFollow(stack, account, body, signal, new PassThrough().resume())
    const { call_id: callId, status } = answer.data
    // The call ends in the store a moment before its workflow does.
    await client.workflow.getHandle(callId).result()
    await recordHistory(client, callId, fileOf(name))
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

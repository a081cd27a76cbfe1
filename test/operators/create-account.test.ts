import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, inject, it } from 'vitest'

import { createCreditStore } from '../../src/credits/store.ts'
import { createKeyService } from '../../src/keys/service.ts'
import { createLog } from '../../src/log.ts'
import { createMongo } from '../../src/providers/mongo.ts'

const script = join(import.meta.dirname, '../../scripts/create-account.ts')
const run = async (env: NodeJS.ProcessEnv, ...args: string[]) =>
  await promisify(execFile)(process.execPath, [script, ...args], { env })

it('makes an account with its credits and a key of each mode', async () => {
  const [url, database] = [inject('mongodbUrl'), `account-${randomUUID()}`]
  const { stdout } = await run({ MONGODB_URL: url, MONGODB_DATABASE: database }, "Nopa's office")
  const mongo = await createMongo({ url, database, log: createLog('test', 'silent') })
  const keys = createKeyService(mongo.db)
  const account = /^account\s+(\S+), 5 credits$/m.exec(stdout)?.[1]
  for (const mode of ['live', 'test'] as const) {
    const secret = new RegExp(`^${mode} key\\s+(\\S+)$`, 'm').exec(stdout)?.[1] ?? ''
    expect(await keys.authenticate(secret)).toMatchObject({ accountId: account, mode })
  }
  expect(await createCreditStore(mongo.db).remaining(account ?? '')).toBe(5)
  await mongo.close()
})

it('says how it is used', async () => {
  await expect(run({})).rejects.toMatchObject({ code: 2, stderr: 'Usage: node scripts/create-account.ts NAME\n' })
})

it('names the variable that is missing', async () => {
  await expect(run({}, 'Nopa')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('MONGODB_URL') })
})

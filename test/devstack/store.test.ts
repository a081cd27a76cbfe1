// The embedded store, as the stack starts it: built from source unless a build is in the cache.
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient, type Collection } from 'mongodb'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createFamily, type Family } from '../../devstack/children.ts'
import { choosePorts } from '../../devstack/ports.ts'
import { createProgress } from '../../devstack/progress.ts'
import { startStore, type StoreServer } from '../../devstack/store.ts'

type Account = { _id: string; balance: number; holds: Record<string, number> }

let family: Family
let dataDir: string
let server: StoreServer
let client: MongoClient
let accounts: Collection<Account>

const start = async (): Promise<void> => {
  const { MONGODB_URL: _given, ...env } = process.env
  const { store: port } = await choosePorts('free', ['store'], {})
  const workshop = { family, env, logDir: join(dataDir, 'logs'), signal: new AbortController().signal }
  server = await startStore(workshop, { dataDir, port }, createProgress(process.stderr), () => {})
  client = new MongoClient(server.url)
  accounts = client.db('errand').collection<Account>('accounts')
}

beforeAll(() => {
  family = createFamily()
})
afterAll(() => family.close())
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'errand store #1 '))
  await start()
}, 600_000)
afterEach(async () => {
  await client.close()
  await server.child?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const hold = (from: Collection<Account>, call: string): Promise<Account | null> =>
  from.findOneAndUpdate(
    { _id: 'a', balance: { $gte: 1 }, [`holds.${call}`]: { $exists: false } },
    { $inc: { balance: -1 }, $set: { [`holds.${call}`]: 1 } },
  )

/** Runs `round` ten times with twenty clients that are all connected already, so that commands are under way at once. */
const tenRounds = async (round: (collections: Collection<Account>[]) => Promise<void>): Promise<void> => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => new MongoClient(server.url).connect()))
  const collections = clients.map(one => one.db('errand').collection<Account>('accounts'))
  await Promise.all(collections.map(from => from.findOne({})))
  for (let count = 0; count < 10; count++) await round(collections)
  await Promise.all(clients.map(one => one.close()))
}

test('of twenty holds at once on a balance of five exactly five succeed, ten times over', async () => {
  await tenRounds(async collections => {
    await accounts.replaceOne({ _id: 'a' }, { balance: 5, holds: {} }, { upsert: true })
    const results = await Promise.all(collections.map((from, index) => hold(from, `c${index}`)))
    expect(results.filter(result => result !== null)).toHaveLength(5)
    const account = await accounts.findOne({ _id: 'a' })
    expect(account).toMatchObject({ balance: 0 })
    expect(Object.keys(account?.holds ?? {})).toHaveLength(5)
  })
})

test('of twenty updates at once that all want the same state one matches, ten times over', async () => {
  await tenRounds(async collections => {
    await accounts.replaceOne({ _id: 'a' }, { balance: 1, holds: {} }, { upsert: true })
    const update = { $set: { balance: 0 } }
    const results = await Promise.all(collections.map(from => from.updateOne({ _id: 'a', balance: 1 }, update)))
    expect(results.reduce((sum, { matchedCount }) => sum + matchedCount, 0)).toBe(1)
  })
})

test('what was acknowledged survives a kill -9 of the store', async () => {
  await accounts.insertOne({ _id: 'a', balance: 5, holds: {} })
  await hold(accounts, 'c1')
  await client.close()
  process.kill(server.child!.pid, 'SIGKILL')
  await server.child!.ended
  await start()
  expect(await accounts.findOne({ _id: 'a' })).toEqual({ _id: 'a', balance: 4, holds: { c1: 1 } })
})

test('what was written survives a restart, and the store ends with code 0', async () => {
  await accounts.insertOne({ _id: 'a', balance: 5, holds: {} })
  await server.child!.stop()
  expect(await server.child!.ended).toMatchObject({ code: 0 })
  await client.close()
  await start()
  expect(await accounts.findOne({ _id: 'a' })).toMatchObject({ balance: 5 })
})

test('a write that wants no acknowledgement gets none, and the connection goes on', async () => {
  const one = new MongoClient(server.url, { maxPoolSize: 1 })
  const collection = one.db('errand').collection<Account>('accounts')
  await collection.insertOne({ _id: 'quiet', balance: 1, holds: {} }, { writeConcern: { w: 0 } })
  expect(await collection.findOne({ _id: 'quiet' })).toMatchObject({ balance: 1 })
  await one.close()
})

test.runIf(process.env.MONGODB_URL === undefined)(
  'bytes that are no message close that connection alone',
  async () => {
    const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1')
    socket.end('GET / HTTP/1.1\r\nHost: store\r\n\r\n')
    socket.on('error', () => {})
    await new Promise(resolve => socket.resume().once('close', resolve))
    expect(await accounts.countDocuments({})).toBe(0)
  },
)

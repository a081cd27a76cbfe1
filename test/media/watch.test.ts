import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'

import { createConversationStore } from '../../src/conversations/store.ts'
import { createHostStore } from '../../src/hosts/store.ts'
import { createWatch } from '../../src/hosts/watch.ts'
import { newCallId, newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'

const TIMEOUTS = { leaseRenewMs: 2_000, leaseStaleMs: 6_000, leaseProbeMs: 300 }
const NOW = new Date('2026-02-20T12:00:00Z')
const before = (ms: number) => new Date(NOW.getTime() - ms)

let mongo: MongoClient
let healthy: Server
beforeAll(async () => {
  mongo = await MongoClient.connect(inject('mongodbUrl'))
  healthy = createServer((request, response) => response.writeHead(request.url === '/healthz' ? 200 : 404).end())
  healthy.listen(0, '127.0.0.1')
  await once(healthy, 'listening')
})
afterAll(async () => {
  healthy.close()
  await mongo.close()
})

const around = () => {
  const db = mongo.db(newId('watch'))
  const hosts = createHostStore(db)
  const conversations = createConversationStore(db)
  const told: [string, number][] = []
  const { look } = createWatch({
    mode: 'test',
    hosts,
    conversations,
    engine: { signalHostLost: async (callId, generation) => void told.push([callId, generation]) },
    timeouts: TIMEOUTS,
    log: createLog('test', 'silent'),
  })
  /** A host whose lease is this old; one that answers has something that listens. */
  const host = async (id: string, ageMs: number, answers = false) => {
    const port = answers ? (healthy.address() as AddressInfo).port : 1
    const url = `ws://127.0.0.1:${port}/streams`
    await hosts.renew({ _id: id, url, mode: 'test', renewedAt: before(ageMs), slots: 1, live: 1 })
  }
  /** A conversation whose stream runs on that host. */
  const heldBy = async (id: string): Promise<string> => {
    const callId = newCallId()
    await conversations.ensure(callId)
    const expiresAt = new Date(Date.now() + 60_000)
    await conversations.setReady(callId, { generation: 1, host: id, url: 'ws://host', token: 't', expiresAt })
    await conversations.start(callId, 1, 't', new Date())
    return callId
  }
  return { hosts, conversations, told, look, host, heldBy }
}

let fixture: ReturnType<typeof around>
beforeEach(() => {
  fixture = around()
})

describe('the watch over media hosts', () => {
  test('tells the conversations that a silent host was asked for and is not ready for, with that generation', async () => {
    const { look, told, host, heldBy, conversations } = fixture
    await host('silent', 7_000)
    await host('fresh', 0)
    const waiting = newCallId()
    await conversations.ensure(waiting)
    await conversations.prepare(waiting, 1, 'silent')
    const movedOn = await heldBy('fresh')
    await conversations.prepare(movedOn, 1, 'silent')
    const next = await heldBy('fresh')
    await conversations.prepare(next, 2, 'silent')
    await look(NOW)
    expect(new Map(told)).toEqual(
      new Map([
        [waiting, 1],
        [next, 2],
      ]),
    )
  })

  test('tells the conversations of a host that is silent, once, and no others', async () => {
    const { look, told, host, heldBy, conversations } = fixture
    await host('silent', 7_000)
    await host('alive', 1_000, true)
    const callId = await heldBy('silent')
    await heldBy('alive')
    await conversations.end(await heldBy('silent'), { by: 'carrier', reason: 'callee_hung_up', at: NOW })
    await look(NOW)
    await look(NOW)
    expect(told).toEqual([[callId, 1]])
  })

  test.each([
    ['answers the probe', 7_000, true, 1_000],
    ['still renews its lease', 5_000, false, 1_000],
    ['is silent as all of them are: the store was away', 7_000, false, 8_000],
  ])('leaves a host alone that %s', async (_why, ageMs, answers, otherAgeMs) => {
    const { look, told, host, heldBy } = fixture
    await host('one', ageMs, answers)
    await host('other', otherAgeMs)
    await heldBy('one')
    await look(NOW)
    expect(told).toEqual([])
  })

  test('forgets a host that is gone for good', async () => {
    const { look, hosts, host } = fixture
    await host('gone', 3_600_000)
    await host('silent', 60_000)
    await host('alive', 1_000, true)
    await look(NOW)
    expect((await hosts.findAll('test')).map(({ _id }) => _id).sort()).toEqual(['alive', 'silent'])
  })
})

// What reading a call costs beyond its document: GET /api/v1/calls/:id over HTTP, over many keys, against a bare findOne
// of the same document by the driver.
// G1  In one turn all ways read the same call.
// G2  Nothing is written while it is measured: the store stays as large as it is.
import type { Benchmark, BenchRun } from './benchmark.ts'
import { choosePorts } from '../devstack/ports.ts'
import { startApi, startBeside } from './beside.ts'
import type { Server } from './beside.ts'
import { compareLatency, compareThroughput, warmUp } from './compare.ts'
import { createReadings, storeEnded, storeSpoken } from './get-call/records.ts'
import { createWays } from './get-call/ways.ts'
import { emptyStore } from './records.ts'
import { withStack } from './stack.ts'
import type { BenchStack } from './stack.ts'

const KEYS = 50
const KINDS = [
  { name: 'a call that has ended', store: storeEnded },
  { name: 'a call in its conversation', store: storeSpoken },
] as const

const startBareServer = async (stack: BenchStack, signal: AbortSignal): Promise<Server> => {
  const { sandbox: port } = await choosePorts('free', ['sandbox'], process.env)
  const args = [stack.mongodbUrl, stack.database, String(port)]
  const script = 'bench/get-call/bare-server.ts'
  return await startBeside(stack, { name: 'bare-server', script, args, env: {}, port }, signal)
}

const withServers = async (
  stack: BenchStack,
  signal: AbortSignal,
  work: (servers: { api: Server; bare: Server }) => Promise<void>,
): Promise<void> => {
  const api = await startApi(stack, signal)
  try {
    const bare = await startBareServer(stack, signal)
    try {
      await work({ api, bare })
    } finally {
      await bare.stop()
    }
  } finally {
    await api.stop()
  }
}

const run = async ({ quick, signal }: BenchRun): Promise<void> =>
  await withStack({ parts: 'servers', signal }, async stack => {
    await withServers(stack, signal, async ({ api, bare }) => {
      const ways = createWays(stack, api.url, bare.url)
      const pids = { ...stack.pids, api: api.pid, bare: bare.pid }
      for (const { name, store } of KINDS) {
        console.log(`\n${name}, ${KEYS} keys`)
        await emptyStore(stack.db)
        const readings = await createReadings(stack.db, KEYS, store)
        // As often one after the other as there are ways (G1).
        const taken = Array.from(
          { length: KEYS * ways.length },
          (_, index) => readings[Math.floor(index / ways.length)],
        )
        const prepare = async (count: number) =>
          Array.from({ length: count }, (_, index) => taken[index % taken.length]).filter(
            item => item !== undefined,
          )
        const comparison = { unit: 'reads', ways, prepare }
        await warmUp(comparison, 300)
        const rounds = quick ? { rounds: 2, times: 100 } : { rounds: 12, times: 200 }
        await compareLatency(comparison, rounds, { at: 'p99', most: 2 })
        await compareThroughput(comparison, { rounds: quick ? 2 : 12, times: 200 }, { pids })
      }
    })
  })

export const getCall: Benchmark = {
  name: 'get-call',
  title: 'what reading a call costs, over many keys',
  run,
}

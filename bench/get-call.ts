// What reading a call costs beyond its document: GET /api/v1/calls/:id over HTTP, over many keys, against a bare findOne
// of the same document by the driver.
// G1  In one turn all ways read the same call.
// G2  Nothing is written while it is measured: the store stays as large as it is.
// G3  The embedded store is beside the API, and does one thing at a time: how often it is waited for does not show. So
//     it is measured once more as if it were on another machine, FAR_MS away in each direction.
import { choosePorts } from '../devstack/ports.ts'
import { createTcpProxy } from '../chaos/network/tcp-proxy.ts'
import { createLog } from '../src/log.ts'
import { createMongo } from '../src/providers/mongo.ts'
import type { Benchmark, BenchRun } from './benchmark.ts'
import { startApi, startBeside } from './beside.ts'
import type { Server } from './beside.ts'
import { compareLatency, compareThroughput, warmUp } from './compare.ts'
import { createReadings, storeEnded, storeSpoken } from './get-call/records.ts'
import { createWays } from './get-call/ways.ts'
import { emptyStore } from './records.ts'
import { withStack } from './stack.ts'
import type { BenchStack } from './stack.ts'

const KEYS = 50
const FAR_MS = 2
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

/** The same stack with its store as far as that in each direction. */
const withFarStore = async (
  stack: BenchStack,
  ms: number,
  work: (stack: BenchStack) => Promise<void>,
): Promise<void> => {
  const url = new URL(stack.mongodbUrl)
  const near = { name: 'store', port: Number(url.port) }
  const proxy = await createTcpProxy({ targets: () => [near] })
  proxy.cut({ how: 'delay', ms })
  url.port = String(proxy.port)
  const mongo = await createMongo({ url: url.href, database: stack.database, log: createLog('bench', 'warn') })
  try {
    await work({ ...stack, mongodbUrl: url.href, db: mongo.db })
  } finally {
    await mongo.close()
    await proxy.close()
  }
}

const compare = async (stack: BenchStack, where: string, { quick, signal }: BenchRun): Promise<void> =>
  await withServers(stack, signal, async ({ api, bare }) => {
    const ways = createWays(stack, api.url, bare.url)
    const pids = { ...stack.pids, api: api.pid, bare: bare.pid }
    for (const { name, store } of KINDS) {
      console.log(`\n${name}, ${KEYS} keys, ${where}`)
      await emptyStore(stack.db)
      const readings = await createReadings(stack.db, KEYS, store)
      // As often one after the other as there are ways (G1).
      const taken = readings.flatMap(reading => ways.map(() => reading))
      const prepare = async (count: number) =>
        Array.from({ length: Math.ceil(count / taken.length) }, () => taken)
          .flat()
          .slice(-count)
      const comparison = { unit: 'reads', ways, prepare }
      await warmUp(comparison, quick ? 100 : 300)
      await compareLatency(comparison, quick ? { rounds: 2, times: 50 } : { rounds: 12, times: 200 }, {
        at: 'p99',
        most: 2,
      })
      await compareThroughput(comparison, quick ? { rounds: 2, times: 60 } : { rounds: 12, times: 200 }, { pids })
    }
  })

const run = async (options: BenchRun): Promise<void> =>
  await withStack({ parts: 'servers', signal: options.signal }, async stack => {
    await compare(stack, stack.storeKind, options)
    // Another one has a distance of its own.
    if (stack.storeKind === 'given') return
    const far = `${stack.storeKind} ${FAR_MS} ms away`
    await withFarStore(stack, FAR_MS, async distant => await compare(distant, far, options))
  })

export const getCall: Benchmark = {
  name: 'get-call',
  title: 'what reading a call costs, over many keys',
  run,
}

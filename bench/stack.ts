// A stack of a benchmark's own. On servers of the environment it takes a database and a namespace of its own, and
// leaves neither behind.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'

import { createProgress } from '../devstack/progress.ts'
import { SetupError } from '../devstack/setup-error.ts'
import { startStack } from '../devstack/stack.ts'
import type { Stack, StackOptions } from '../devstack/stack.ts'
import { createLog } from '../src/log.ts'
import { createMongo } from '../src/providers/mongo.ts'
import type { Database } from '../src/providers/mongo.ts'
import { connectTemporal } from '../src/providers/temporal.ts'

/** A stack, and connections of the benchmark's own to its servers. */
export interface BenchStack extends Stack {
  db: Database
  client: Client
}

/** Brings a stack up for `work` and takes it down again; fails when one of its processes ends meanwhile. */
export const withStack = async (
  {
    signal,
    endsProcesses = false,
    ...options
  }: Pick<StackOptions, 'parts' | 'speed' | 'mediaWorkers' | 'env'> & {
    signal: AbortSignal
    /** The benchmark itself ends processes: that is no failure. */
    endsProcesses?: boolean
  },
  work: (stack: BenchStack) => Promise<void>,
): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'errand-bench-'))
  const name = `bench-${randomUUID()}`
  const progress = createProgress(process.stderr)
  try {
    const stack = await startStack({
      ...options,
      dataDir,
      progress,
      signal,
      ports: 'free',
      ui: false,
      database: name,
      namespace: name,
    })
    try {
      console.log(
        `store     ${stack.storeKind}, Temporal ${process.env['TEMPORAL_ADDRESS'] ? 'given' : 'embedded'}`,
      )
      const died = endsProcesses ? new Promise<string>(() => undefined) : stack.died
      await useConnected({ ...stack, died }, signal, work)
    } finally {
      await stack.stop()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

const useConnected = async (
  stack: Stack,
  signal: AbortSignal,
  work: (stack: BenchStack) => Promise<void>,
): Promise<void> => {
  const log = createLog('bench', 'warn')
  const mongo = await createMongo({ url: stack.mongodbUrl, database: stack.database, log })
  const temporal = connectTemporal({ address: stack.temporalAddress, namespace: stack.temporalNamespace })
  try {
    const stopped = new Promise<string>(resolve => signal.addEventListener('abort', () => resolve('stopped')))
    const problem = await Promise.race([work({ ...stack, db: mongo.db, ...temporal }), stack.died, stopped])
    if (typeof problem === 'string') throw new SetupError(problem)
  } finally {
    await mongo.db.dropDatabase()
    if (process.env['TEMPORAL_ADDRESS'])
      await temporal.client.connection.operatorService.deleteNamespace({ namespace: stack.temporalNamespace })
    await temporal.close()
    await mongo.close()
  }
}

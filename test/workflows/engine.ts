import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker'
import { inject } from 'vitest'

import { newId } from '../../src/ids.ts'
import { registerSearchAttributes } from '../../src/providers/temporal.ts'
import { loadWorkflowBundle } from '../../worker/bundle.ts'

// Tests fail activities on purpose: what the SDK says of that is no news.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
})

/** A namespace of its own on the run's Temporal server, with our search attributes. */
export const createTestNamespace = async () => {
  const address = inject('temporalAddress')
  const namespace = newId('test')
  const connection = await Connection.connect({ address })
  const workflowExecutionRetentionPeriod = { seconds: 86_400 as never }
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod })
  const client = new Client({ connection, namespace })
  await registerSearchAttributes(client)
  const running: { stop: () => Promise<void> }[] = []

  return {
    client,
    namespace,
    address,

    /** Runs a worker on `taskQueue`, with the workflows too if they are asked for. */
    work: async (taskQueue: string, activities: object, options: { workflows: boolean }): Promise<void> => {
      const native = await NativeConnection.connect({ address })
      const bundle = options.workflows ? { workflowBundle: await loadWorkflowBundle() } : {}
      const worker = await Worker.create({ connection: native, namespace, taskQueue, activities, ...bundle })
      const run = worker.run()
      running.push({
        stop: async () => {
          worker.shutdown()
          await run
          await native.close()
        },
      })
    },

    close: async (): Promise<void> => {
      await Promise.all(running.map(worker => worker.stop()))
      await connection.close()
    },
  }
}

export type TestNamespace = Awaited<ReturnType<typeof createTestNamespace>>

// A calls worker: workflows, short activities, and the reconciler.
import { Worker } from '@temporalio/worker'

import { createCallsActivities } from '../activities/index.ts'
import { createReconciler } from '../src/calls/reconciler.ts'
import type { CallsWorkerConfig } from '../src/config.ts'
import { createWatch } from '../src/hosts/watch.ts'
import { taskQueue } from '../workflows/contract.ts'
import { loadWorkflowBundle } from './bundle.ts'
import { COMMON_OPTIONS, connectWorker, runWorkers } from './connect.ts'
import { createCallsWorkerDeps } from './deps.ts'
import type { Surroundings } from './deps.ts'
import { startHealthServer } from './health.ts'
import { heartbeatActivities } from './heartbeat.ts'
import { observeActivities } from './observe.ts'

// Longer than a dial may take: one that is cut off has to be looked for at the carrier.
const GRACE = '25 s'
const FORCE = '30 s'
// Several heartbeats in an activity's heartbeat time-out: one that is late on a busy machine is no loss.
const HEARTBEAT_THROTTLE = '2 s'

/** Runs until `stop` is aborted; waits for its servers first. */
export const runCallsWorker = async (
  config: CallsWorkerConfig,
  { log, stop, observers }: Surroundings,
): Promise<void> => {
  const { metrics } = observers
  const health = await startHealthServer(config.HOST, config.PORT, metrics)
  try {
    const workflowBundle = await loadWorkflowBundle()
    const deps = await createCallsWorkerDeps(config, { log, stop, observers })
    metrics.watchOpenCalls(config.mode, status => deps.calls.count(config.mode, status))
    const connection = await connectWorker(config.TEMPORAL_ADDRESS, { log, stop })
    const activities = createCallsActivities(deps)
    const worker = await Worker.create({
      ...COMMON_OPTIONS,
      connection,
      namespace: config.TEMPORAL_NAMESPACE,
      taskQueue: taskQueue('calls', config.mode),
      workflowBundle,
      activities,
      interceptors: { activity: [observeActivities(observers), heartbeatActivities] },
      maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
      shutdownGraceTime: GRACE,
      shutdownForceTime: FORCE,
    })
    const stopWatching = createWatch({ ...deps, mode: config.mode }).start()
    const stopReconciling = createReconciler({ ...deps, mode: config.mode, steps: activities }).start()
    health.ready()
    log.info({ task_queue: worker.options.taskQueue, port: config.PORT }, 'calls worker runs')
    try {
      await runWorkers([worker], stop)
    } finally {
      await Promise.all([stopWatching(), stopReconciling()])
      await connection.close()
      await deps.close()
    }
  } finally {
    await health.close()
  }
}

// A media worker: one media host that takes new conversations, and those that other hosts have lost.
import { Worker } from '@temporalio/worker'

import { createConverseActivity } from '../activities/converse.ts'
import type { MediaWorkerConfig } from '../src/config.ts'
import { taskQueue } from '../workflows/contract.ts'
import { COMMON_OPTIONS, connectWorker, runWorkers } from './connect.ts'
import { createMediaWorkerDeps } from './deps.ts'
import type { Surroundings } from './deps.ts'
import { observeActivities } from './observe.ts'

// A conversation that is cut off in the end still stores its last words.
const LAST_WORDS_MS = 10_000

// For each four conversations a host keeps a slot free for one that another host has lost.
const handoverSlots = (slots: number): number => Math.max(2, Math.ceil(slots / 4))

/** Runs until `stop` is aborted; waits for its servers first. */
export const runMediaWorker = async (
  config: MediaWorkerConfig,
  { log, stop, observers }: Surroundings,
): Promise<void> => {
  const { host, close } = await createMediaWorkerDeps(config, { log, stop, observers })
  const activities = createConverseActivity(host)
  const graceMs = config.timeouts.drainMs + config.timeouts.handoverMs

  const createWorker = async (kind: 'media' | 'handover', slots: number): Promise<Worker> =>
    await Worker.create({
      ...COMMON_OPTIONS,
      maxHeartbeatThrottleInterval: config.timeouts.heartbeatThrottleMs,
      connection: await connectWorker(config.TEMPORAL_ADDRESS, { log, stop }),
      namespace: config.TEMPORAL_NAMESPACE,
      taskQueue: taskQueue(kind, config.mode),
      activities,
      interceptors: { activity: [observeActivities(observers)] },
      maxConcurrentActivityTaskExecutions: slots,
      // A host that is frozen takes as many tasks with it as it has polls open.
      maxConcurrentActivityTaskPolls: 1,
      shutdownGraceTime: graceMs,
      shutdownForceTime: graceMs + LAST_WORDS_MS,
    })

  try {
    const workers = [
      await createWorker('media', config.MEDIA_SLOTS),
      await createWorker('handover', handoverSlots(config.MEDIA_SLOTS)),
    ]
    log.info({ host: host.id, port: host.port, slots: config.MEDIA_SLOTS }, 'media worker runs')
    stop.addEventListener('abort', () => void host.drain())
    await runWorkers(workers, stop)
  } finally {
    await close()
  }
}

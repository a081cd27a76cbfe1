// Temporal as the workers need it: its log in ours, a connection that is waited for, and workers that stop in order.
import { setTimeout as delay } from 'node:timers/promises'

import { DefaultLogger, NativeConnection, Runtime, makeTelemetryFilterString } from '@temporalio/worker'
import type { LogLevel, LogMetadata, Worker, WorkerOptions } from '@temporalio/worker'

import { messageOf } from '../src/errors.ts'
import type { Log } from '../src/log.ts'

const RETRY_MS = 1_000

const OURS: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
}

/** Sends the SDK's warnings to our log, and leaves the process's signals to `main.ts`. Once per process. */
export const installRuntime = (log: Log): void => {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => log[OURS[level]](ourFields(meta), message)),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
    },
    shutdownSignals: [],
  })
}

/** What the SDK says about an activity or a workflow, in our names: a workflow's id is its call's. */
const ourFields = (meta: LogMetadata = {}): Record<string, unknown> => {
  const { workflowId, error, taskToken: _, ...rest } = meta
  return {
    ...(workflowId !== undefined && { call_id: workflowId }),
    ...(error !== undefined && { err: error }),
    ...rest,
  }
}

/** Tries until `connect` succeeds: a worker that is up before its servers waits for them. Throws once `stop` is aborted. */
export const untilConnected = async <T>(
  what: string,
  connect: () => Promise<T>,
  { log, stop }: { log: Log; stop: AbortSignal },
): Promise<T> => {
  for (;;) {
    stop.throwIfAborted()
    try {
      return await connect()
    } catch (error) {
      log.warn({ reason: messageOf(error) }, `waiting for ${what}`)
    }
    await delay(RETRY_MS, undefined, { signal: stop })
  }
}

/** A connection for one worker: two workers on one connection would take each other's tasks. */
export const connectWorker = async (
  address: string,
  waiting: { log: Log; stop: AbortSignal },
): Promise<NativeConnection> =>
  await untilConnected(`Temporal at ${address}`, () => NativeConnection.connect({ address }), waiting)

/** What all workers have in common. */
export const COMMON_OPTIONS = {
  // A message to a workflow whose worker has just died is answered a second later by another one.
  stickyQueueScheduleToStartTimeout: '1 s',
} satisfies Partial<WorkerOptions>

/** Runs `workers` until `stop` is aborted and they have drained; throws if one of them fails. */
export const runWorkers = async (workers: Worker[], stop: AbortSignal): Promise<void> => {
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown()
  }
  if (stop.aborted) return
  stop.addEventListener('abort', shutdown)
  try {
    await Promise.all(workers.map(worker => worker.run()))
  } finally {
    shutdown()
  }
}

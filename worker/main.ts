// A worker process. It does one thing: workflows with their short activities, or conversations; live ones or test ones.
import { callsWorkerConfig, mediaWorkerConfig } from '../src/config.ts'
import { messageOf } from '../src/errors.ts'
import { createLog } from '../src/log.ts'
import { createMetrics } from '../src/metrics.ts'
import { startTracing } from '../src/tracing.ts'
import { USAGE, parseArguments } from './arguments.ts'
import type { WorkerArguments } from './arguments.ts'
import { runCallsWorker } from './calls.ts'
import { installRuntime } from './connect.ts'
import { runMediaWorker } from './media.ts'

const main = async ({ role, mode }: WorkerArguments): Promise<void> => {
  const config = role === 'calls' ? callsWorkerConfig(process.env, mode) : mediaWorkerConfig(process.env, mode)
  const log = createLog(`${role}-${mode}`, config.LOG_LEVEL)
  installRuntime(log)
  const tracing = await startTracing(`${role}-${mode}`, config.OTEL_EXPORTER_OTLP_ENDPOINT, problem =>
    log.warn({ problem }, 'traces'),
  )
  const observers = { metrics: createMetrics({ process: role, mode }), tracing }
  const stopping = new AbortController()
  const surroundings = { log, stop: stopping.signal, observers }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'stopping: nothing new is taken, what runs is finished')
      stopping.abort()
    })
  try {
    await ('MEDIA_SLOTS' in config ? runMediaWorker(config, surroundings) : runCallsWorker(config, surroundings))
  } catch (error) {
    // Told to stop while it waited for its servers: that is an end like any other.
    if (!stopping.signal.aborted) throw error
  }
  await tracing.close()
  log.info('stopped')
}

const args = parseArguments(process.argv.slice(2))
if (args === null) {
  process.stderr.write(USAGE)
  process.exit(2)
}
main(args).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`The worker cannot run: ${messageOf(error)}\n`)
    process.exit(1)
  },
)

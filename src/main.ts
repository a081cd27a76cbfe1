// The API process: REST for clients, instructions and callbacks for the carrier. Stateless; run any number of them.
import { createServer } from 'node:http'
import type { Server } from 'node:http'

import { createApp } from './app.ts'
import { apiConfig } from './config.ts'
import type { ApiConfig } from './config.ts'
import { createApiDeps } from './deps.ts'
import { messageOf } from './errors.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { startTracing } from './tracing.ts'

const REQUEST_MS = 30_000
const STOP_GRACE_MS = 20_000

const main = async (): Promise<void> => {
  const config = apiConfig(process.env)
  const log = createLog('api', config.LOG_LEVEL)
  const tracing = await startTracing('api', config.OTEL_EXPORTER_OTLP_ENDPOINT, problem =>
    log.warn({ problem }, 'traces'),
  )
  const deps = await createApiDeps(config, log, { metrics: createMetrics({ process: 'api' }), tracing })
  const handle = createApp(deps).callback()
  const server = createServer({ requestTimeout: REQUEST_MS }, (request, response) => {
    response.on('finish', () => {
      // Kept open for a next request, the connection would hold up a process that stops for seconds.
      if (!server.listening) request.socket.end()
    })
    void handle(request, response)
  })
  try {
    await listen(server, config)
  } catch (error) {
    await deps.close()
    throw error
  }
  log.info({ address: server.address() }, 'listening')

  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping: no new requests, those that run are finished')
    process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT')
    setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS).unref()
    server.close(() => void deps.close().finally(() => process.exit(0)))
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
}

const listen = async (server: Server, { HOST, PORT }: ApiConfig): Promise<void> =>
  await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          error.code === 'EADDRINUSE'
            ? `port ${PORT} on ${HOST} is taken: stop what listens there, or set PORT to another`
            : `cannot listen on ${HOST}:${PORT}: ${error.message}`,
        ),
      ),
    )
    server.listen(PORT, HOST, resolve)
  })

main().catch((error: unknown) => {
  process.stderr.write(`The API cannot start: ${messageOf(error)}\n`)
  process.exit(1)
})

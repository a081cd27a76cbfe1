import { createServer } from 'node:http'

import { answerMetrics } from '../src/metrics.ts'
import type { Metrics } from '../src/metrics.ts'

export interface HealthServer {
  /** From now on `GET /healthz` answers 200; before that, 503. */
  ready: () => void
  close: () => Promise<void>
}

/** Serves `GET /healthz` and `GET /metrics` for a process that serves nothing else; rejects with a clear text if the port is taken. */
export const startHealthServer = async (host: string, port: number, metrics: Metrics): Promise<HealthServer> => {
  let isReady = false
  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/metrics') return answerMetrics(metrics, response)
    const isHealth = request.method === 'GET' && request.url === '/healthz'
    const status = isReady ? 200 : 503
    response.writeHead(isHealth ? status : 404, { 'content-type': 'application/json' })
    response.end(isHealth ? JSON.stringify({ status: isReady ? 'ok' : 'starting' }) : undefined)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} on ${host} is taken: stop what listens there, or set PORT to another`)
          : error,
      ),
    )
    server.listen(port, host, resolve)
  })
  return {
    ready: () => {
      isReady = true
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

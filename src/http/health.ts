import { Router } from '@koa/router'

import type { Metrics } from '../metrics.ts'

/** `GET /healthz`: 200 as long as the process answers, with whether its store does. `GET /metrics`: Prometheus' form. */
export const createHealthRouter = (isStoreReachable: () => Promise<boolean>, metrics: Metrics): Router =>
  new Router()
    .get('/healthz', async ctx => {
      ctx.body = { status: 'ok', store: (await isStoreReachable()) ? 'reachable' : 'unreachable' }
    })
    .get('/metrics', async ctx => {
      ctx.body = await metrics.text()
      ctx.set('content-type', metrics.contentType)
    })

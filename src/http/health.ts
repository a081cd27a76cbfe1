import { Router } from '@koa/router'

/** `GET /healthz`: 200 as long as the process answers, with whether its store does. */
export const createHealthRouter = (isStoreReachable: () => Promise<boolean>): Router =>
  new Router().get('/healthz', async ctx => {
    ctx.body = { status: 'ok', store: (await isStoreReachable()) ? 'reachable' : 'unreachable' }
  })

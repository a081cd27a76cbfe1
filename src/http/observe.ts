import type { Middleware } from 'koa'

import type { Metrics } from '../metrics.ts'
import type { Tracing } from '../tracing.ts'

const OPERATORS = new Set(['/healthz', '/metrics'])

/** Times every request by its route, and traces those that are not the operators' own. */
export const observeRequests =
  ({ metrics, tracing }: { metrics: Metrics; tracing: Tracing }): Middleware =>
  async (ctx, next) => {
    const startMs = Date.now()
    const startedMs = performance.now()
    await next()
    const seconds = (performance.now() - startedMs) / 1000
    const { method, status } = ctx
    // The pattern, never the path: a path may hold anything.
    const route = typeof ctx._matchedRoute === 'string' ? ctx._matchedRoute : 'none'
    metrics.httpSeconds.observe({ method, route, status }, seconds)
    if (OPERATORS.has(route)) return
    tracing.record({
      name: `${method} ${route}`,
      kind: 'server',
      callId: ctx.state.callId ?? null,
      startMs,
      endMs: startMs + seconds * 1000,
      isError: status >= 500,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
        'errand.request_id': String(ctx.state.requestId),
      },
    })
  }

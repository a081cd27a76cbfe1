// Stores and adapters that are counted and traced on their way: they do exactly what they did before.
import { isEnded } from './calls/call.ts'
import type { Call } from './calls/call.ts'
import type { CallStore } from './calls/store.ts'
import type { Metrics } from './metrics.ts'
import type { Carrier, WebsiteReader } from './providers/ports.ts'
import type { Tracing } from './tracing.ts'

/** Where a process tells what it does. */
export interface Observers {
  metrics: Metrics
  tracing: Tracing
}

/** Counts calls as they are accepted and as they end: each move forward happens once, whoever makes it. */
export const observeCalls = (calls: CallStore, { metrics, tracing }: Observers): CallStore => {
  const noteEnd = (call: Call): void => {
    const { mode, status, outcome, errorCode } = call
    metrics.callsEnded.inc({ mode, status, outcome: outcome ?? 'none', error_code: errorCode ?? 'none' })
    tracing.record({
      name: 'call',
      kind: 'internal',
      callId: call._id,
      isWholeCall: true,
      startMs: call.createdAt.getTime(),
      endMs: Date.now(),
      isError: status === 'failed',
      attributes: {
        'errand.mode': mode,
        'errand.status': status,
        'errand.outcome': outcome ?? 'none',
        'errand.error_code': errorCode ?? 'none',
      },
    })
  }
  return {
    ...calls,
    advance: async (id, to, facts) => {
      const moved = await calls.advance(id, to, facts)
      if (moved && to === 'queued') metrics.callsAccepted.inc({ mode: moved.mode })
      if (moved && to !== 'voided' && isEnded(to)) noteEnd(moved)
      return moved
    },
  }
}

/** Counts what becomes of dials. */
export const observeCarrier = (carrier: Carrier, { metrics }: Pick<Observers, 'metrics'>): Carrier => ({
  ...carrier,
  placeCall: async request => {
    const outcome = await carrier.placeCall(request)
    metrics.dials.inc({ result: outcome.kind })
    return outcome
  },
})

/** Counts whether websites can be read. */
export const observeWebsites = (
  websites: WebsiteReader,
  { metrics }: Pick<Observers, 'metrics'>,
): WebsiteReader => ({
  ...websites,
  read: async (url, signal) => {
    const context = await websites.read(url, signal)
    metrics.websiteReads.inc({ result: context.kind })
    return context
  },
})

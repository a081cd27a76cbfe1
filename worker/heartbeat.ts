import type { ActivityInterceptorsFactory } from '@temporalio/worker'

const BEATS_A_TIMEOUT = 4

/** Tells the engine, for activities that have a heartbeat time-out, that their worker is still there. */
export const heartbeatActivities: ActivityInterceptorsFactory = context => ({
  inbound: {
    execute: async (input, next) => {
      const { heartbeatTimeoutMs } = context.info
      if (!heartbeatTimeoutMs) return await next(input)
      const timer = setInterval(() => context.heartbeat(), heartbeatTimeoutMs / BEATS_A_TIMEOUT)
      try {
        return await next(input)
      } finally {
        clearInterval(timer)
      }
    },
  },
})

import type { ActivityInterceptorsFactory } from '@temporalio/worker'

import type { Observers } from '../src/observe.ts'

/** Times and traces every attempt of an activity, a host's part in a conversation included. */
export const observeActivities =
  ({ metrics, tracing }: Observers): ActivityInterceptorsFactory =>
  ({ info: { activityType: activity, workflowExecution, attempt } }) => ({
    inbound: {
      execute: async (input, next) => {
        const startMs = Date.now()
        const note = (result: 'ok' | 'failed', attributes: Record<string, string | number>): void => {
          const endMs = Date.now()
          metrics.activitySeconds.observe({ activity, result }, (endMs - startMs) / 1000)
          tracing.record({
            name: activity,
            kind: 'internal',
            callId: workflowExecution?.workflowId ?? null,
            startMs,
            endMs,
            isError: result === 'failed',
            attributes: { 'temporal.activity.attempt': attempt, ...numberOf(input.args[0]), ...attributes },
          })
        }
        try {
          const result = await next(input)
          note('ok', kindOf(result))
          return result
        } catch (error) {
          note('failed', {})
          throw error
        }
      },
    },
  })

const numberOf = (input: unknown): Record<string, number> => {
  const { generation } = (input ?? {}) as { generation?: unknown }
  return typeof generation === 'number' ? { 'errand.generation': generation } : {}
}

const kindOf = (result: unknown): Record<string, string> => {
  const { kind } = (result ?? {}) as { kind?: unknown }
  return typeof kind === 'string' ? { 'errand.result': kind } : {}
}

import { describe, expect, it } from 'vitest'

import { countActions } from '../../../bench/actions/rules.ts'

const event = (type: string, attributes: object = {}) => ({ eventType: `EVENT_TYPE_${type}`, ...attributes })

describe('billable actions of a history', () => {
  it('a start, an activity, a signal, a timer and an upsert are one each; tasks and ends are none', () => {
    const counts = countActions(
      [
        event('WORKFLOW_EXECUTION_STARTED'),
        event('WORKFLOW_TASK_SCHEDULED'),
        event('ACTIVITY_TASK_SCHEDULED'),
        event('ACTIVITY_TASK_STARTED', { activityTaskStartedEventAttributes: { attempt: 1 } }),
        event('ACTIVITY_TASK_COMPLETED'),
        event('WORKFLOW_EXECUTION_SIGNALED'),
        event('TIMER_STARTED'),
        event('TIMER_CANCELED'),
        event('UPSERT_WORKFLOW_SEARCH_ATTRIBUTES'),
        event('WORKFLOW_EXECUTION_COMPLETED'),
      ],
      2,
    )
    expect(counts).toEqual({
      'workflow started': 1,
      'activities started or retried': 1,
      signals: 1,
      timers: 1,
      'search attribute upserts': 1,
      markers: 0,
      updates: 0,
      'heartbeats recorded': 2,
    })
  })

  it('every attempt of an activity counts, though only the last is in the history', () => {
    const started = event('ACTIVITY_TASK_STARTED', { activityTaskStartedEventAttributes: { attempt: 3 } })
    expect(countActions([started], 0)['activities started or retried']).toBe(3)
  })

  it('the markers of one workflow task count once', () => {
    const marker = (task: string) =>
      event('MARKER_RECORDED', { markerRecordedEventAttributes: { workflowTaskCompletedEventId: task } })
    expect(countActions([marker('4'), marker('4'), marker('9')], 0).markers).toBe(2)
  })

  it('an event type that the rules do not name stops the count', () => {
    expect(() => countActions([event('NEXUS_OPERATION_SCHEDULED')], 0)).toThrow('NEXUS_OPERATION_SCHEDULED')
  })
})

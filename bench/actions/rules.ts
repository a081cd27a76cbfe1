// Which events of a history are billed: https://docs.temporal.io/cloud/actions
// A1  An event type that is in neither list stops the count: it has to be looked up there first.

/** The kinds of actions that a call has. */
export const actionKinds = [
  'workflow started',
  'activities started or retried',
  'signals',
  'timers',
  'search attribute upserts',
  'markers',
  'updates',
  'heartbeats recorded',
] as const
type ActionKind = (typeof actionKinds)[number]
export type ActionCounts = Record<ActionKind, number>

/** An event as Temporal's JSON has it. */
export interface HistoryEvent {
  eventType: string
  activityTaskScheduledEventAttributes?: object
  activityTaskStartedEventAttributes?: { attempt?: number }
  markerRecordedEventAttributes?: { workflowTaskCompletedEventId?: string }
}

const BILLED: Record<string, ActionKind> = {
  WORKFLOW_EXECUTION_STARTED: 'workflow started',
  ACTIVITY_TASK_STARTED: 'activities started or retried',
  WORKFLOW_EXECUTION_SIGNALED: 'signals',
  TIMER_STARTED: 'timers',
  UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: 'search attribute upserts',
  MARKER_RECORDED: 'markers',
  WORKFLOW_EXECUTION_UPDATE_ACCEPTED: 'updates',
}

const FREE = new Set([
  'WORKFLOW_TASK_SCHEDULED',
  'WORKFLOW_TASK_STARTED',
  'WORKFLOW_TASK_COMPLETED',
  'WORKFLOW_TASK_TIMED_OUT',
  'WORKFLOW_TASK_FAILED',
  'ACTIVITY_TASK_SCHEDULED',
  'ACTIVITY_TASK_COMPLETED',
  'ACTIVITY_TASK_FAILED',
  'ACTIVITY_TASK_TIMED_OUT',
  'ACTIVITY_TASK_CANCEL_REQUESTED',
  'ACTIVITY_TASK_CANCELED',
  'TIMER_FIRED',
  'TIMER_CANCELED',
  'WORKFLOW_EXECUTION_CANCEL_REQUESTED',
  'WORKFLOW_EXECUTION_COMPLETED',
  'WORKFLOW_EXECUTION_FAILED',
  'WORKFLOW_EXECUTION_UPDATE_COMPLETED',
])

/** The actions of a history by kind, and the heartbeats that it does not show. */
export const countActions = (events: readonly HistoryEvent[], heartbeats: number): ActionCounts => {
  const counts = Object.fromEntries(actionKinds.map(kind => [kind, 0])) as ActionCounts
  counts['heartbeats recorded'] = heartbeats
  const tasksWithMarkers = new Set<string | undefined>()
  for (const event of events) {
    const type = event.eventType.replace('EVENT_TYPE_', '')
    const kind = BILLED[type]
    if (kind === undefined && !FREE.has(type))
      throw new Error(`whether ${type} is billed is not known here: look it up and add it to the rules`)
    if (kind === 'markers') tasksWithMarkers.add(event.markerRecordedEventAttributes?.workflowTaskCompletedEventId)
    // Attempts before the last leave no event of their own.
    else if (kind !== undefined) counts[kind] += event.activityTaskStartedEventAttributes?.attempt ?? 1
  }
  // All markers of one workflow task, which is what local activities leave, are one action.
  counts.markers = tasksWithMarkers.size
  return counts
}

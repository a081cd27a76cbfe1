// What Temporal's own history says of a call's workflow.
import { WorkflowNotFoundError } from '@temporalio/client'
import type { Client } from '@temporalio/client'

export interface RunAccount {
  /** `NONE` where no workflow was started. */
  status: string
  /** Workflow tasks that failed, and why. */
  failedTasks: string[]
}

/** A signal came while the task was answered: the server gives the task out again, which is in order. */
const SIGNALLED_MEANWHILE = 'UnhandledCommand'

/** Where a call's workflow stands. */
export const readRun = async (client: Client, callId: string): Promise<RunAccount> => {
  const handle = client.workflow.getHandle(callId)
  try {
    const { status } = await handle.describe()
    if (status.name === 'RUNNING') return { status: status.name, failedTasks: [] }
    const { events } = await handle.fetchHistory()
    const failedTasks = (events ?? [])
      .flatMap(({ workflowTaskFailedEventAttributes: failed }) => failed?.failure?.message ?? [])
      .filter(message => message !== SIGNALLED_MEANWHILE)
    return { status: status.name, failedTasks }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { status: 'NONE', failedTasks: [] }
    throw error
  }
}

/** Whether the history shows that an activity was scheduled, or is completed. */
export const hasActivity = async (
  client: Client,
  callId: string,
  activity: string,
  boundary: 'scheduled' | 'completed',
): Promise<boolean> => {
  const { events } = await client.workflow
    .getHandle(callId)
    .fetchHistory()
    .catch(() => ({ events: [] }))
  const scheduled = (events ?? []).find(
    one => one.activityTaskScheduledEventAttributes?.activityType?.name === activity,
  )
  if (!scheduled?.eventId || boundary === 'scheduled') return scheduled !== undefined
  const { eventId } = scheduled
  return (events ?? []).some(one => one.activityTaskCompletedEventAttributes?.scheduledEventId?.equals(eventId))
}

// Accepted means finished, once, forward only, and within reach of the one who asked for it.
import type { Evidence } from '../evidence.ts'

// Not the one of the code under test, which could be wrong in the same way.
const RANK: Record<string, number> = {
  queued: 1,
  dialing: 2,
  in_progress: 3,
  completed: 4,
  canceled: 4,
  failed: 4,
}
const isEnded = (status: string): boolean => RANK[status] === 4

/** A 202 means a call that ends; anything else means no call, or one that ended properly. */
export const checkAccepted = ({ posted, final, store }: Evidence): string[] => {
  const found: string[] = []
  if (posted.callId !== null && (final === null || !isEnded(final.status)))
    found.push(`accepted, and never ended: ${final?.status ?? 'it cannot be read'}`)
  for (const call of store.calls)
    if (!isEnded(call.status)) found.push(`the stored call ${call._id} is left ${call.status}`)
  if (store.calls.length > 1)
    found.push(`one request made ${store.calls.length} calls (attempts: ${posted.attempts.join(', ')})`)
  if (posted.callId !== null && !store.calls.some(({ _id }) => _id === posted.callId))
    found.push('the call that was accepted is not stored')
  if (new Set(posted.accepted).size > 1)
    found.push(`a repeated request was answered otherwise: ${[...new Set(posted.accepted)].join(' and then ')}`)
  return found
}

/** A client never sees a status go back. */
export const checkStatuses = ({ statuses }: Evidence): string[] =>
  statuses.flatMap((status, n) => {
    const before = statuses[n - 1]
    const isForward = before === undefined || (RANK[before] ?? 0) < (RANK[status] ?? 0)
    return isForward ? [] : [`the status went from ${before} to ${status}`]
  })

/** Every workflow closed, in order, none of its tasks failed. */
export const checkRuns = ({ runs }: Evidence): string[] =>
  Object.entries(runs).flatMap(([callId, { status, failedTasks }]) => [
    ...(status === 'COMPLETED' ? [] : [`the workflow of ${callId} is ${status}`]),
    ...failedTasks.map(message => `a workflow task of ${callId} failed: ${message}`),
  ])

import { ApiRefusal } from '../errors.ts'
import type { Session } from './session-state.ts'

/** How long a session lasts, in wall time. */
export const SESSION_MS = 60 * 60 * 1000
const EXPIRED = 'Your session hit the maximum duration of 60 minutes.'

/** Ends a session whose time is over: an error event, then the close. */
export const expire = ({ attempt, socket }: Session): void => {
  attempt(null, () => {
    throw new ApiRefusal('session_expired', EXPIRED)
  })
  socket.close(1001, EXPIRED)
}

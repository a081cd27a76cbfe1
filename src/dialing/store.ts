import type { Collection, Db } from 'mongodb'

import type { Mode } from '../calls/call.ts'
import { insertOnce } from '../insert.ts'

/** The document in `dialing_pauses`: while it is there, no call of its mode is dialled. */
export interface DialingPause {
  _id: Mode
  since: Date
}

export type DialingPauseStore = ReturnType<typeof createDialingPauseStore>

/** The collection `dialing_pauses`: every process asks it right before it starts a call, and before it dials. */
export const createDialingPauseStore = (db: Db) => {
  const pauses: Collection<DialingPause> = db.collection<DialingPause>('dialing_pauses')
  const find = async (mode: Mode): Promise<DialingPause | null> => await pauses.findOne({ _id: mode })

  return {
    find,

    isPaused: async (mode: Mode): Promise<boolean> => (await find(mode)) !== null,

    /** False if it is there already: then it stays as it is. */
    insert: async (pause: DialingPause): Promise<boolean> => await insertOnce(pauses, pause),

    /** False if there was none. */
    remove: async (mode: Mode): Promise<boolean> => (await pauses.deleteOne({ _id: mode })).deletedCount > 0,
  }
}

import type { Call } from '../calls/call.ts'
import { AppError } from '../errors.ts'
import { newSortableId } from '../ids.ts'
import { ASKED_BY_CALLEE, placeOf } from './entry.ts'
import type { DoNotCallEntry, ListOwner } from './entry.ts'
import type { DoNotCallStore } from './store.ts'

export type DoNotCallService = ReturnType<typeof createDoNotCallService>

/** The do-not-call lists (N1–N3 of entry.ts). */
export const createDoNotCallService = (entries: DoNotCallStore) => {
  const add = async (
    { accountId, mode }: ListOwner,
    { toPhoneNumber, reason, callId }: Pick<DoNotCallEntry, 'toPhoneNumber' | 'reason' | 'callId'>,
  ): Promise<DoNotCallEntry> => {
    const owner = { accountId, mode }
    for (;;) {
      const listed = await entries.find(owner, toPhoneNumber)
      if (listed) return listed
      const entry = {
        _id: placeOf(owner, toPhoneNumber),
        entryId: newSortableId('dnc'),
        ...owner,
        toPhoneNumber,
        reason,
        callId,
        createdAt: new Date(),
      }
      if (await entries.insert(entry)) return entry
    }
  }

  return {
    /** Puts a number on the list, once. */
    add: async (owner: ListOwner, toPhoneNumber: string, reason: string | null): Promise<DoNotCallEntry> =>
      await add(owner, { toPhoneNumber, reason, callId: null }),

    /** The callee of a call asked not to be called again: the number is the call's own. */
    addCallee: async (call: Pick<Call, '_id' | 'accountId' | 'mode' | 'request'>): Promise<void> => {
      const { toPhoneNumber } = call.request
      await add(call, { toPhoneNumber, reason: ASKED_BY_CALLEE, callId: call._id })
    },

    /** Whether a number is on the list. */
    has: async (owner: ListOwner, toPhoneNumber: string): Promise<boolean> =>
      (await entries.find(owner, toPhoneNumber)) !== null,

    /** Takes a number off the list; throws `not_found` if it is not there. */
    remove: async (owner: ListOwner, toPhoneNumber: string): Promise<void> => {
      if (await entries.remove(owner, toPhoneNumber)) return
      throw new AppError(
        'not_found',
        'This number is not on the do-not-call list. Expected one that is, like +14155551234',
      )
    },

    /** A page of the list, newest first. */
    list: async (
      owner: ListOwner,
      options: { limit: number; startingAfter?: string },
    ): Promise<{ entries: DoNotCallEntry[]; hasMore: boolean }> => {
      const found = await entries.list(owner, { ...options, limit: options.limit + 1 })
      return { entries: found.slice(0, options.limit), hasMore: found.length > options.limit }
    },
  }
}

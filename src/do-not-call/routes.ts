import { toSecond } from '../calls/present.ts'
import { defineRoute } from '../http/route.ts'
import type { Route } from '../http/route.ts'
import type { DoNotCallEntry } from './entry.ts'
import { addEntryBody, addedEntry, entryList, entryParams, listEntriesQuery, removedEntry } from './schema.ts'
import type { DoNotCallService } from './service.ts'

const PATH = '/api/v1/do_not_call'
const fieldCodes = { to_phone_number: 'invalid_phone' } as const

/** The objective API's operations on the account's do-not-call list. */
export const doNotCallRoutes = (list: DoNotCallService): Route[] => [
  defineRoute({
    method: 'POST',
    path: PATH,
    operationId: 'addToDoNotCall',
    tag: 'Do-not-call list',
    summary: 'Put a number on the do-not-call list',
    description:
      'From now on the number is not called with keys of this account and mode: a new call is refused as `blocked_number`, and one that waits is not dialled any more. A callee who asks on the phone not to be called again is put on the list by itself. Doing it twice changes nothing: the entry that is there is returned.',
    body: addEntryBody,
    fieldCodes,
    response: { status: 200, description: 'The entry on the list.', schema: addedEntry },
    errors: ['invalid_json', 'invalid_body', 'missing_field', 'validation_error', 'invalid_phone'],
    handle: async ({ principal, body }) => ({
      data: presentEntry(await list.add(principal, body.to_phone_number, body.reason ?? null)),
    }),
  }),
  defineRoute({
    method: 'GET',
    path: PATH,
    operationId: 'listDoNotCall',
    tag: 'Do-not-call list',
    summary: 'List the do-not-call list',
    description: 'The numbers that are not called with keys of this account and mode, newest first.',
    query: listEntriesQuery,
    response: { status: 200, description: 'A page of the list.', schema: entryList },
    errors: ['validation_error'],
    handle: async ({ principal, query }) => {
      const page = await list.list(principal, {
        limit: query.limit,
        ...(query.starting_after === undefined ? {} : { startingAfter: query.starting_after }),
      })
      return { data: page.entries.map(presentEntry), has_more: page.hasMore }
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: `${PATH}/:to_phone_number`,
    operationId: 'removeFromDoNotCall',
    tag: 'Do-not-call list',
    summary: 'Take a number off the do-not-call list',
    description: 'The number may be called again.',
    params: entryParams,
    fieldCodes,
    response: { status: 200, description: 'The number is not on the list any more.', schema: removedEntry },
    errors: ['invalid_phone', 'not_found'],
    handle: async ({ principal, params }) => {
      await list.remove(principal, params.to_phone_number)
      return { data: { to_phone_number: params.to_phone_number, deleted: true as const } }
    },
  }),
]

const presentEntry = ({ entryId, toPhoneNumber, reason, callId, createdAt }: DoNotCallEntry) => ({
  id: entryId,
  to_phone_number: toPhoneNumber,
  reason,
  call_id: callId,
  created_at: toSecond(createdAt),
})

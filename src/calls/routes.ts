import { defineRoute } from '../http/route.ts'
import type { Route } from '../http/route.ts'
import { presentAccepted, presentDetails, presentListed } from './present.ts'
import { acceptedCall, callDetails, callList, callParams, createCallBody, listCallsQuery } from './schema.ts'
import type { CreateCallBody } from './schema.ts'
import type { CallService, NewCallRequest } from './service.ts'

/** The objective API's operations on calls. */
export const callRoutes = (calls: CallService): Route[] => [
  defineRoute({
    method: 'POST',
    path: '/api/v1/calls',
    operationId: 'createCall',
    tag: 'Calls',
    summary: 'Place a call',
    description:
      'Accepts a call that pursues an objective. It takes one credit, which comes back if nobody is reached. With an `Idempotency-Key` header (at most 255 printable characters) the request may be repeated for 24 hours: it is answered as the first time, and no second call is made. Where your account keeps calling hours, a live call at night is accepted as well and waits: `scheduled_for` says until when.',
    isIdempotent: true,
    isRateLimited: true,
    body: createCallBody,
    fieldCodes: { to_phone_number: 'invalid_phone' },
    response: { status: 202, description: 'The call is accepted.', schema: acceptedCall },
    errors: [
      'invalid_json',
      'invalid_body',
      'missing_field',
      'validation_error',
      'invalid_phone',
      'unsupported_region',
      'emergency_number',
      'blocked_number',
      'insufficient_credits',
      'rate_limit_exceeded',
      'too_many_calls',
      'idempotency_conflict',
      'idempotency_in_progress',
    ],
    handle: async ({ principal, body, attempt }) => {
      const { call, remaining } = await calls.createCall(principal, toRequest(body), attempt)
      return { data: presentAccepted(call), credits_remaining: remaining }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/calls/:call_id',
    operationId: 'getCall',
    tag: 'Calls',
    summary: 'Read a call',
    description: 'A call with its outcome, summary and transcript as far as they are known.',
    params: callParams,
    response: { status: 200, description: 'The call.', schema: callDetails },
    errors: ['call_not_found'],
    readAhead: calls.readAhead,
    handle: async ({ principal, params, ahead }) => {
      const { call, turns } = await calls.getCall(principal, params.call_id, ahead)
      return { data: presentDetails(call, turns) }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/calls/:call_id/cancel',
    operationId: 'cancelCall',
    tag: 'Calls',
    summary: 'Cancel a call',
    description:
      'Ends a call. Before the callee has answered nobody is rung any more, and the credit comes back; in the conversation the agent says goodbye first. Canceling twice changes nothing.',
    params: callParams,
    response: { status: 202, description: 'The call ends as `canceled`.', schema: callDetails },
    errors: ['call_not_found', 'call_already_ended'],
    handle: async ({ principal, params }) => {
      const { call, turns } = await calls.cancelCall(principal, params.call_id)
      return { data: presentDetails(call, turns) }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/calls',
    operationId: 'listCalls',
    tag: 'Calls',
    summary: 'List calls',
    description: 'Calls of the account and mode of the key, newest first.',
    query: listCallsQuery,
    response: { status: 200, description: 'A page of calls.', schema: callList },
    errors: ['validation_error'],
    handle: async ({ principal, query }) => {
      const page = await calls.listCalls(principal, {
        limit: query.limit,
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(query.starting_after === undefined ? {} : { startingAfter: query.starting_after }),
      })
      return { data: page.calls.map(presentListed), has_more: page.hasMore }
    },
  }),
]

const toRequest = (body: CreateCallBody): NewCallRequest => ({
  toPhoneNumber: body.to_phone_number,
  objective: body.objective,
  businessName: body.business_name ?? null,
  website: body.website ?? null,
  language: body.language ?? null,
  callerName: body.caller_name ?? null,
  maxDurationSeconds: body.max_duration_seconds,
  record: body.record ?? null,
  metadata: body.metadata ? Object.entries(body.metadata).map(([name, value]) => ({ name, value })) : null,
})

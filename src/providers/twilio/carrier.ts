// Twilio as a carrier. It has no idempotency key for dialling, so what became of a dial must be told apart exactly:
// D1  Not dialled for certain: the carrier's own JSON error below 500, or no byte was sent.
// D2  429, and a carrier that was not reached, are tried again in place until the time for the dial is over. Nothing
//     else is.
// D3  Everything else may have dialled: time-outs, resets, 5xx, and answers that are not the carrier's.
import { setTimeout as sleep } from 'node:timers/promises'

import type { Mode } from '../../calls/call.ts'
import type { CarrierSettings } from '../../config.ts'
import { messageOf } from '../../errors.ts'
import type { Carrier, DialOutcome, DialRequest, Leg } from '../ports.ts'
import { CarrierError, NotSent, TooLate, createClient } from './client.ts'
import { callbackUrls } from './urls.ts'

export interface CarrierOptions {
  settings: CarrierSettings
  mode: Mode
  /** Base of the callback URLs. */
  publicUrl: string
  /** Of one request. */
  timeoutMs: number
}

const TOO_MANY_REQUESTS = 429
const RETRY_FIRST_MS = 250
const RETRY_LAST_MS = 2_000
const NOT_FOUND = 404
// "Call is not in-progress": the leg that should be hung up or redirected is over already.
const LEG_IS_OVER = 21_220
const LEGS_LISTED = 50

export const createCarrier = ({ settings, mode, publicUrl, timeoutMs }: CarrierOptions): Carrier => {
  const client = createClient({ settings, timeoutMs })

  const submit = async (request: DialRequest): Promise<DialOutcome> => {
    const urls = callbackUrls(publicUrl, mode, request.callId)
    const call = await createClient({ settings, timeoutMs, until: request.until }).calls.create({
      to: request.to,
      from: settings.TWILIO_FROM_NUMBER,
      url: urls.instructions(),
      method: 'POST',
      // Asked when an answer to any request for instructions did not come: the process that had it may have died.
      fallbackUrl: urls.instructions('current'),
      fallbackMethod: 'POST',
      statusCallback: urls.status,
      statusCallbackMethod: 'POST',
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      timeout: request.ringSeconds,
      timeLimit: request.timeLimitSeconds,
      // A machine is told of when its greeting is over, which is when a message can be left.
      machineDetection: 'DetectMessageEnd',
      asyncAmd: 'true',
      asyncAmdStatusCallback: urls.amd,
      asyncAmdStatusCallbackMethod: 'POST',
    })
    return isLegId(call.sid)
      ? { kind: 'dialed', legId: call.sid }
      : { kind: 'unknown', message: 'the carrier accepted the call and gave no id for it' }
  }

  return {
    placeCall: async request => {
      let waitMs = RETRY_FIRST_MS
      for (let before: unknown = null; ; waitMs = Math.min(waitMs * 2, RETRY_LAST_MS)) {
        try {
          return await submit(request)
        } catch (error) {
          const isRefused = error instanceof NotSent || isCarrierError(error, TOO_MANY_REQUESTS)
          if (!isRefused || Date.now() + waitMs >= request.until.getTime())
            return outcomeOf(error instanceof TooLate ? (before ?? error) : error)
          before = error
          await sleep(waitMs)
        }
      }
    },

    hangUp: async legId => {
      try {
        await client.calls(legId).update({ status: 'completed' })
      } catch (error) {
        if (!isOver(error)) throw error
      }
    },

    redirect: async ({ callId, legId, after }) => {
      const url = callbackUrls(publicUrl, mode, callId).instructions(after)
      try {
        await client.calls(legId).update({ url, method: 'POST' })
        return true
      } catch (error) {
        if (isOver(error)) return false
        throw error
      }
    },

    getLeg: async legId => {
      try {
        return legOf(await client.calls(legId).fetch())
      } catch (error) {
        if (isCarrierError(error, NOT_FOUND)) return null
        throw error
      }
    },

    // Not filtered by start time at the carrier: a queued call may have none, and would be left out.
    findLegs: async (to, since) => {
      const legs = await client.calls.list({ to, from: settings.TWILIO_FROM_NUMBER, limit: LEGS_LISTED })
      // The carrier's times are whole seconds.
      const sinceMs = Math.floor(since.getTime() / 1000) * 1000
      return legs.filter(leg => !(leg.dateCreated?.getTime() < sinceMs)).map(legOf)
    },
  }
}

const outcomeOf = (error: unknown): DialOutcome => {
  if (error instanceof TooLate) return { kind: 'too_late' }
  if (error instanceof CarrierError && error.status < 500)
    return { kind: 'refused', carrierCode: String(error.code), message: error.message }
  if (error instanceof NotSent) return { kind: 'refused', carrierCode: 'unreachable', message: messageOf(error) }
  return { kind: 'unknown', message: messageOf(error) }
}

const isCarrierError = (error: unknown, status: number): boolean =>
  error instanceof CarrierError && error.status === status

const isOver = (error: unknown): boolean =>
  (error instanceof CarrierError && error.code === LEG_IS_OVER) || isCarrierError(error, NOT_FOUND)

const isLegId = (sid: unknown): sid is string => typeof sid === 'string' && /^CA[0-9a-f]{32}$/i.test(sid)

const LEG_STATES: Record<string, Leg['state']> = {
  queued: 'ringing',
  initiated: 'ringing',
  ringing: 'ringing',
  'in-progress': 'in_progress',
  completed: 'completed',
  busy: 'busy',
  'no-answer': 'no_answer',
  failed: 'failed',
  canceled: 'canceled',
}

const legOf = ({ sid, status }: { sid: string; status: string }): Leg => {
  const state = LEG_STATES[status]
  if (!state) throw new Error(`the carrier calls a leg's state '${status}', which its documentation does not know`)
  return { legId: sid, state }
}

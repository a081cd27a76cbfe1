// Events, and their way to the one webhook endpoint. Stripe signs every attempt anew, repeats what was not answered with
// a 2xx, and promises neither order nor once. Source: https://docs.stripe.com/webhooks
import { randomText } from '../../ids.ts'
import type { Log } from '../../log.ts'
import { signatureOf } from './signature.ts'

export interface EventsOptions {
  /** Where events go, as it is registered in Stripe's Dashboard, and what they are signed with there. */
  webhookUrl: string
  webhookSecret: string
  /** How much sooner than Stripe's an event is repeated. */
  speed: number
  log: Log
}

/** An event and what became of it; `answers` are HTTP statuses, null where none came. */
export interface SentEvent {
  id: string
  type: string
  body: string
  answers: (number | null)[]
}

export type Events = ReturnType<typeof createEvents>

const API_VERSION = '2026-10-28.endive'
const ANSWER_MS = 10_000
const REPEATED_AFTER_MS = [20_000, 120_000, 1_200_000]

export const createEvents = ({ webhookUrl, webhookSecret, speed, log }: EventsOptions) => {
  const events = new Map<string, SentEvent>()
  const timers = new Set<NodeJS.Timeout>()
  const stopped = new AbortController()

  const deliver = async (event: SentEvent): Promise<number | null> => {
    const answer = await fetch(webhookUrl, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': signatureOf(webhookSecret, event.body, Math.floor(Date.now() / 1000)),
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
      body: event.body,
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(ANSWER_MS)]),
    }).catch(() => null)
    await answer?.body?.cancel()
    const status = answer?.status ?? null
    event.answers.push(status)
    log.info({ event_id: event.id, event_type: event.type, answered: status }, 'event sent')
    return status
  }

  const isTaken = (status: number | null): boolean => status !== null && status >= 200 && status < 300

  const repeat = (event: SentEvent, [afterMs, ...later]: number[]): void => {
    if (afterMs === undefined || stopped.signal.aborted) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      void deliver(event).then(status => !isTaken(status) && repeat(event, later))
    }, afterMs / speed)
    timers.add(timer.unref())
  }

  return {
    /** Makes an event and sends it; resolves after the first attempt, and repeats it later where that was in vain. */
    send: async (type: string, object: object): Promise<void> => {
      const id = `evt_1${randomText(23)}`
      const created = Math.floor(Date.now() / 1000)
      const body = JSON.stringify(
        {
          id,
          object: 'event',
          api_version: API_VERSION,
          created,
          data: { object },
          livemode: false,
          pending_webhooks: 1,
          request: { id: null, idempotency_key: null },
          type,
        },
        null,
        2,
      )
      const event: SentEvent = { id, type, body, answers: [] }
      events.set(id, event)
      if (!isTaken(await deliver(event))) repeat(event, REPEATED_AFTER_MS)
    },

    /** Sends an event once more, as the Dashboard's button does: the status of the answer, or `null`. */
    resend: async (event: SentEvent): Promise<number | null> => await deliver(event),

    find: (id: string): SentEvent | undefined => events.get(id),

    all: (): SentEvent[] => [...events.values()],

    stop: (): void => {
      stopped.abort()
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

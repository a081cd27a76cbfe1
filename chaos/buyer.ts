// Buys credits on the sandbox's payment page, and has the provider repeat itself.
import { setTimeout as sleep } from 'node:timers/promises'

import type { PlannedCall } from './plan.ts'

/** What the provider says of a session that was paid. */
export interface Paid {
  sessionId: string
  accountId: string
}

interface SentEvent {
  id: string
  body: string
}

const PAGE_MS = 30_000
const RETRY_MS = 500
const MOST_ATTEMPTS = 120

const isTaken = (status: number | null): boolean => status !== null && status >= 200 && status < 300

/** The provider's own account: each session of which it has told that it is paid, once. */
export const readPaid = async (sandboxUrl: string, accountId: string): Promise<Paid[]> => {
  const events = await eventsOf(sandboxUrl, accountId)
  const paid = events.flatMap(({ body }) => {
    const { object } = (JSON.parse(body) as { data: { object: { id: string; payment_status: string } } }).data
    return object.payment_status === 'paid' ? [object.id] : []
  })
  return [...new Set(paid)].map(sessionId => ({ sessionId, accountId }))
}

const eventsOf = async (sandboxUrl: string, accountId: string): Promise<SentEvent[]> => {
  const response = await fetch(`${sandboxUrl}/sandbox/stripe/events`, { signal: AbortSignal.timeout(PAGE_MS) })
  return ((await response.json()) as SentEvent[]).filter(({ body }) => body.includes(accountId))
}

/** Pays, then has each event sent again, several at once, until all of them were taken. */
export const buy = async (
  pageUrl: string,
  { method, resends }: NonNullable<PlannedCall['buys']>,
  { sandboxUrl, accountId, signal }: { sandboxUrl: string; accountId: string; signal: AbortSignal },
): Promise<void> => {
  const limit = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(PAGE_MS)])
  const answer = await fetch(pageUrl, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `method=${method}`,
    signal: limit(),
  })
  await answer.body?.cancel()

  const resend = async ({ id }: SentEvent): Promise<void> => {
    for (let tries = 0; tries < MOST_ATTEMPTS; tries++) {
      const url = `${sandboxUrl}/sandbox/stripe/events/${id}/resend`
      const again = await fetch(url, { method: 'POST', signal: limit() })
      if (isTaken(((await again.json()) as { answered: number | null }).answered)) return
      await sleep(RETRY_MS, undefined, { signal })
    }
  }
  const events = await eventsOf(sandboxUrl, accountId)
  await Promise.all(events.flatMap(event => Array.from({ length: resends }, () => resend(event))))
}

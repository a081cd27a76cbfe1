// A client of the API, as strict and as patient as a good one is.
import { setTimeout as sleep } from 'node:timers/promises'

import type { WireCall } from '../devstack/demo/call.ts'

/** How a POST went over all its attempts. */
export interface Posted {
  /** Of the 202, if one came. */
  callId: string | null
  /** Each attempt: the status, or why none came. */
  attempts: string[]
  /** The bodies of all 202, in the order in which they came. */
  accepted: string[]
  /** Of a refusal for want of credits: where some can be bought. */
  buyAt: string | null
}

const ATTEMPT_MS = 15_000
const RETRY_MS = 300
const MOST_ATTEMPTS = 40

export interface ClientOptions {
  url: string
  key: string
  signal: AbortSignal
}

/** Sends a call; with an idempotency key it is sent again until there is an answer that is not "try again". */
export const postCall = async (
  { url, key, signal }: ClientOptions,
  body: object,
  idempotencyKey: string | null,
): Promise<Posted> => {
  const attempts: string[] = []
  for (;;) {
    const answer = await attempt(url, key, signal, body, idempotencyKey)
    attempts.push(answer.text)
    const mayRetry = answer.status === null || answer.status === 503 || answer.code === 'idempotency_in_progress'
    if (answer.callId !== null || idempotencyKey === null || !mayRetry || attempts.length === MOST_ATTEMPTS)
      return {
        callId: answer.callId,
        attempts,
        accepted: answer.callId === null ? [] : [answer.body],
        buyAt: answer.buyAt,
      }
    await sleep(RETRY_MS, undefined, { signal })
  }
}

interface Answer {
  status: number | null
  code: string | null
  callId: string | null
  buyAt: string | null
  text: string
  body: string
}

const attempt = async (
  url: string,
  key: string,
  signal: AbortSignal,
  body: object,
  idempotencyKey: string | null,
): Promise<Answer> => {
  try {
    const response = await fetch(`${url}/api/v1/calls`, {
      method: 'POST',
      headers: {
        'x-api-key': key,
        'content-type': 'application/json',
        ...(idempotencyKey !== null && { 'idempotency-key': idempotencyKey }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    })
    const text = await response.text()
    const told = JSON.parse(text) as { data?: { call_id: string }; code?: string; buy_credits_url?: string }
    return {
      status: response.status,
      code: told.code ?? null,
      callId: response.status === 202 ? (told.data?.call_id ?? null) : null,
      buyAt: told.buy_credits_url ?? null,
      text: `${response.status} ${told.code ?? ''}`.trim(),
      body: text,
    }
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
    const why = `no answer (${String(error)}${cause})`
    return { status: null, code: null, callId: null, buyAt: null, text: why, body: '' }
  }
}

/** The call as a client reads it now; null where it cannot be read. */
export const getCall = async ({ url, key, signal }: ClientOptions, callId: string): Promise<WireCall | null> => {
  try {
    const response = await fetch(`${url}/api/v1/calls/${callId}`, {
      headers: { 'x-api-key': key },
      signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
    })
    const text = await response.text()
    return response.ok ? (JSON.parse(text) as { data: WireCall }).data : null
  } catch {
    signal.throwIfAborted()
    return null
  }
}

const CANCEL_ATTEMPTS = 10

/** Cancels, again and again until there is an answer; what it was, null where none came. */
export const cancelCall = async ({ url, key, signal }: ClientOptions, callId: string): Promise<number | null> => {
  for (let tries = 0; tries < CANCEL_ATTEMPTS; tries++) {
    const answered = await fetch(`${url}/api/v1/calls/${callId}/cancel`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    }).then(
      async response => {
        await response.body?.cancel()
        return response.status
      },
      () => null,
    )
    if (answered !== null && answered < 500) return answered
    await sleep(RETRY_MS, undefined, { signal })
  }
  return null
}

// An account with limits of its own, on an API that takes live calls too and believes the time that it is given.
import { onTestFinished } from 'vitest'

import type { AccountLimitChanges } from '../../src/accounts/service.ts'
import { createApp } from '../../src/app.ts'
import type { AppDeps } from '../../src/app.ts'
import type { Mode } from '../../src/calls/call.ts'
import { purseOf } from '../../src/credits/credit.ts'
import { serve } from './api.ts'
import type { Api } from './api.ts'

/** An API beside `api`, until the test has ended. */
export const serveLive = async (api: Api, overrides: Partial<AppDeps> = {}) => {
  const { url, close } = await serve(
    createApp({ ...api.deps, modes: new Set<Mode>(['live', 'test']), ...overrides }),
  )
  onTestFinished(close)
  return async (method: string, path: string, key: string, body?: object, idempotencyKey?: string) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'x-api-key': key, ...(idempotencyKey && { 'idempotency-key': idempotencyKey }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
  }
}

/** A new account with credits for live calls, and a live key of it. */
export const newLimitedAccount = async (api: Api, limits: AccountLimitChanges) => {
  const { accountId, key } = await api.newAccount('live')
  await api.credits.grant(purseOf({ accountId, mode: 'live' }), 'payment', 40)
  await api.accounts.limit(accountId, limits)
  return { accountId, key }
}

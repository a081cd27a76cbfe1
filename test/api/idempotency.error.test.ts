import { onTestFinished, expect, test } from 'vitest'

import { createApp } from '../../src/app.ts'
import { createIdempotencyService } from '../../src/idempotency/service.ts'
import { createIdempotencyStore } from '../../src/idempotency/store.ts'
import { CALL, serve, useApi } from './api.ts'

const api = useApi()

const post = async (key: string, idempotencyKey: string, body: unknown = CALL) =>
  await api().send('POST', '/api/v1/calls', { key, body, headers: { 'idempotency-key': idempotencyKey } })

test('the same key with another body is idempotency_conflict, and makes no call', async () => {
  const { key, accountId } = await api().newAccount()
  await post(key, 'k')
  const { status, body } = await post(key, 'k', { ...CALL, objective: 'Something else' })
  expect(status).toBe(409)
  expect(body).toEqual({ code: 'idempotency_conflict', error: expect.stringContaining('Expected') })
  expect(await api().credits.remaining(accountId)).toBe(4)
})

test('a body that is wrong conflicts before it is checked', async () => {
  const { key } = await api().newAccount()
  await post(key, 'k')
  expect((await post(key, 'k', { objective: '' })).body.code).toBe('idempotency_conflict')
})

test.each([
  ['empty', ''],
  ['longer than 255 characters', 'x'.repeat(256)],
  ['not printable', 'a\tb'],
  ['not ASCII', 'é'],
])('a key that is %s is a validation_error', async (_, idempotencyKey) => {
  const { key, accountId } = await api().newAccount()
  const { status, body } = await post(key, idempotencyKey)
  expect([status, body.code]).toEqual([422, 'validation_error'])
  expect(body.error).toContain('Idempotency-Key')
  expect(await api().credits.remaining(accountId)).toBe(5)
})

test('a request is in progress while the first one runs, and answered as that one when it is done', async () => {
  const { key } = await api().newAccount()
  const reached = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const slow = await serve(
    createApp({
      ...api().deps,
      idempotency: createIdempotencyService(createIdempotencyStore(api().db)),
      credits: {
        ...api().credits,
        hold: async (...hold) => {
          reached.resolve()
          await goOn.promise
          return await api().credits.hold(...hold)
        },
      },
    }),
  )
  onTestFinished(slow.close)
  const headers = { 'x-api-key': key, 'idempotency-key': 'k' }
  const first = fetch(`${slow.url}/api/v1/calls`, { method: 'POST', headers, body: JSON.stringify(CALL) })
  await reached.promise
  const second = await post(key, 'k')
  expect([second.status, second.body.code]).toEqual([409, 'idempotency_in_progress'])
  expect(second.headers.get('retry-after')).toBe('1')
  goOn.resolve()
  const text = await (await first).text()
  expect((await post(key, 'k')).text).toBe(text)
})

test('a store that goes away half-way makes it unavailable and charges nothing; a retry makes the call', async () => {
  const { key, accountId } = await api().newAccount()
  class MongoNetworkError extends Error {}
  const broken = await serve(
    createApp({
      ...api().deps,
      isUnreachable: error => error instanceof MongoNetworkError,
      credits: {
        ...api().credits,
        hold: async () => {
          throw new MongoNetworkError('connection reset')
        },
      },
    }),
  )
  onTestFinished(broken.close)
  const headers = { 'x-api-key': key, 'idempotency-key': 'k' }
  const answer = await fetch(`${broken.url}/api/v1/calls`, { method: 'POST', headers, body: JSON.stringify(CALL) })
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({
    code: 'unavailable',
    error: expect.stringContaining('same Idempotency-Key'),
  })
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(await api().credits.remaining(accountId)).toBe(5)

  expect((await post(key, 'k')).status).toBe(202)
  expect(await api().credits.remaining(accountId)).toBe(4)
  expect(await api().calls.list(accountId, 'test', { limit: 10 })).toHaveLength(1)
})

test('a call that was accepted although its answer was lost is the answer to the retry', async () => {
  const { key, accountId } = await api().newAccount()
  const store = createIdempotencyStore(api().db)
  const keep = async () => {
    throw new Error('killed')
  }
  const dying = await serve(
    createApp({ ...api().deps, idempotency: createIdempotencyService({ ...store, keep }) }),
  )
  onTestFinished(dying.close)
  const headers = { 'x-api-key': key, 'idempotency-key': 'k' }
  await fetch(`${dying.url}/api/v1/calls`, { method: 'POST', headers, body: JSON.stringify(CALL) })
  const [made] = await api().calls.list(accountId, 'test', { limit: 10 })
  const { status, body } = await post(key, 'k')
  expect([status, body.data.call_id, body.data.status]).toEqual([202, made?._id, 'queued'])
  expect(body.credits_remaining).toBe(4)
  expect(await api().calls.list(accountId, 'test', { limit: 10 })).toHaveLength(1)
})

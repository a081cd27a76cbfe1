import { onTestFinished, expect, test } from 'vitest'

import { createApp } from '../../src/app.ts'
import { createIdempotencyService } from '../../src/idempotency/service.ts'
import { createIdempotencyStore } from '../../src/idempotency/store.ts'
import { newId } from '../../src/ids.ts'
import { CALL, serve, useApi } from './api.ts'

const api = useApi()

const newClient = async () => {
  const { key, accountId } = await api().newAccount()
  const post = async (idempotencyKey: string, body: unknown = CALL, url = api().url) => {
    const response = await fetch(`${url}/api/v1/calls`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'idempotency-key': idempotencyKey },
      body: JSON.stringify(body),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const calls = async () => await api().calls.list(accountId, 'test', { limit: 10 })
  const balance = async () => await api().credits.remaining(accountId)
  return { key, accountId, post, calls, balance }
}

test('a repeated request is answered as the first time, byte for byte, and makes no second call', async () => {
  const { post, calls, balance } = await newClient()
  const key = newId('order')
  const first = await post(key)
  const [call] = await calls()
  await api().calls.advance(call!._id, 'in_progress', { startedAt: new Date() })
  const second = await post(key)
  expect([first.status, second.status, second.text]).toEqual([202, 202, first.text])
  expect([first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')]).toEqual([
    null,
    'true',
  ])
  expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'))
  expect([(await calls()).length, await balance()]).toEqual([1, 4])
})

test('the order of the fields does not matter', async () => {
  const { post, calls } = await newClient()
  const metadata = { a: '1', b: '2' }
  const first = await post('k', { ...CALL, metadata })
  const { to_phone_number, objective } = CALL
  const second = await post('k', { metadata: { b: '2', a: '1' }, objective, to_phone_number })
  expect([second.status, second.text, (await calls()).length]).toEqual([202, first.text, 1])
})

test('another key makes another call, and so does none', async () => {
  const { post, key, calls } = await newClient()
  await post('k1')
  await post('k2')
  for (let n = 0; n < 2; n++) await api().send('POST', '/api/v1/calls', { key, body: CALL })
  expect(await calls()).toHaveLength(4)
})

test('the answer comes from any process of the API', async () => {
  const { post, calls } = await newClient()
  const idempotency = createIdempotencyService(createIdempotencyStore(api().db))
  const other = await serve(createApp({ ...api().deps, idempotency }))
  onTestFinished(other.close)
  const first = await post('k')
  const second = await post('k', CALL, other.url)
  expect([second.text, (await calls()).length]).toEqual([first.text, 1])
})

test('of many at once one makes the call, and the others are told to wait or get its answer', async () => {
  const { post, calls, balance } = await newClient()
  const answers = await Promise.all(Array.from({ length: 8 }, () => post('k')))
  const accepted = answers.filter(({ status }) => status === 202)
  expect(new Set(accepted.map(({ text }) => text)).size).toBe(1)
  for (const { status, text, headers } of answers.filter(({ status }) => status !== 202)) {
    expect([status, JSON.parse(text).code]).toEqual([409, 'idempotency_in_progress'])
    expect(headers.get('retry-after')).toBe('1')
  }
  expect([(await calls()).length, await balance()]).toEqual([1, 4])
})

test('a request that was refused is not kept: the key can be used again', async () => {
  const { post, calls } = await newClient()
  expect((await post('k', { ...CALL, to_phone_number: '911' })).status).toBe(422)
  expect((await post('k', { ...CALL, record: 'maybe' })).status).toBe(422)
  expect((await post('k')).status).toBe(202)
  expect(await calls()).toHaveLength(1)
})

test('a refusal for want of credits is not kept either', async () => {
  const { post, accountId } = await newClient()
  for (let n = 0; n < 5; n++) await api().credits.hold(accountId, `cl_${n}`)
  expect((await post('k')).status).toBe(402)
  await api().credits.release(accountId, 'cl_0')
  expect((await post('k')).status).toBe(202)
})

test('a key is forgotten after 24 hours', async () => {
  const { post, calls } = await newClient()
  const first = await post('k')
  const records = api().db.collection('idempotency')
  const [record] = await records.find({ answer: first.text }).toArray()
  const hours = (record!.expiresAt.getTime() - Date.now()) / 3_600_000
  expect(hours).toBeGreaterThan(23.9)
  expect(hours).toBeLessThanOrEqual(24)
  await records.updateOne({ _id: record!._id }, { $set: { expiresAt: new Date(Date.now() - 1) } })
  const second = await post('k', { ...CALL, business_name: 'Nopa' })
  expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([202, null])
  expect(await calls()).toHaveLength(2)
})

test.each(['x', 'x'.repeat(255), 'with spaces & $igns; {"a.b":1}', '$ne'])('a key may be %j', async key => {
  const { post } = await newClient()
  const first = await post(key)
  expect([first.status, (await post(key)).text]).toEqual([202, first.text])
})

import { expect, test } from 'vitest'

import { CALL, useApi } from './api.ts'

const api = useApi()
const LIST = '/api/v1/do_not_call'

const newClient = async () => {
  const { key } = await api().newAccount()
  return {
    add: async (number: string, reason?: string) =>
      await api().send('POST', LIST, { key, body: { to_phone_number: number, reason } }),
    list: async (query = '') => await api().send('GET', LIST + query, { key }),
    remove: async (number: string) => await api().send('DELETE', `${LIST}/${number}`, { key }),
    call: async (number: string) =>
      await api().send('POST', '/api/v1/calls', { key, body: { ...CALL, to_phone_number: number } }),
  }
}

test('a number on the list is not called, and may be again when it is taken off', async () => {
  const { add, remove, call } = await newClient()
  const number = '+14155551234'
  expect((await call(number)).status).toBe(202)
  const added = await add(number, ' Asked by e-mail ')
  expect(added.status).toBe(200)
  expect(added.body).toEqual({
    data: {
      id: expect.stringMatching(/^dnc_[0-9a-z]{26}$/),
      to_phone_number: number,
      reason: 'Asked by e-mail',
      call_id: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    },
  })
  const refused = await call(number)
  expect([refused.status, refused.body.code]).toEqual([422, 'blocked_number'])
  expect(refused.body.error).toContain('do-not-call list')
  expect((await call('+14155551235')).status).toBe(202)
  const removed = await remove(number)
  expect([removed.status, removed.body]).toEqual([200, { data: { to_phone_number: number, deleted: true } }])
  expect((await call(number)).status).toBe(202)
})

test('putting a number on the list twice, also at once, leaves the first entry there', async () => {
  const { add, list } = await newClient()
  const answers = await Promise.all(['a', 'b', 'c', 'd'].map(async reason => await add('+14155551234', reason)))
  const later = await add('+14155551234', 'later')
  expect(new Set([...answers, later].map(({ text }) => text)).size).toBe(1)
  expect((await list()).body.data).toEqual([later.body.data])
})

test('the list is newest first, page by page, and an entry that goes does not disturb the next page', async () => {
  const { add, list, remove } = await newClient()
  const numbers = [1, 2, 3, 4, 5].map(n => `+1415555123${n}`)
  for (const number of numbers) await add(number)
  const first = (await list('?limit=2')).body
  expect(first.has_more).toBe(true)
  await remove('+14155551234')
  const second = (await list(`?limit=2&starting_after=${first.data[1].id}`)).body
  const third = (await list(`?limit=2&starting_after=${second.data[1].id}`)).body
  const seen = [first, second, third].flatMap(({ data }) => data as { to_phone_number: string }[])
  expect(seen.map(entry => entry.to_phone_number)).toEqual(numbers.toReversed())
  expect([second.has_more, third.has_more]).toEqual([true, false])
})

test('the plus may stand in the path encoded', async () => {
  const { add, remove } = await newClient()
  await add('+14155551234')
  expect((await remove('%2B14155551234')).status).toBe(200)
})

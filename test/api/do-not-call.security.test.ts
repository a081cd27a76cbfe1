import { expect, test } from 'vitest'

import { CALL, useApi } from './api.ts'

const api = useApi()
const LIST = '/api/v1/do_not_call'
const NUMBER = CALL.to_phone_number

test.each([
  ['POST', LIST, '{'],
  ['GET', `${LIST}?limit=wrong`, undefined],
  ['DELETE', `${LIST}/wrong`, undefined],
] as const)('%s %s requires a key before anything else is checked', async (method, path, body) => {
  for (const key of [null, 'ak_test_wrong']) {
    const answer = await api().send(method, path, { key, body })
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized'])
  }
})

test('an account neither sees nor changes the list of another, nor is bound by it', async () => {
  const [ada, eve] = [await api().newAccount(), await api().newAccount()]
  const { body } = await api().send('POST', LIST, { key: ada.key, body: { to_phone_number: NUMBER } })
  const older = `${LIST}?starting_after=${body.data.id.slice(0, -1)}z`
  for (const path of [LIST, older]) expect((await api().send('GET', path, { key: eve.key })).body.data).toEqual([])
  expect((await api().send('DELETE', `${LIST}/${NUMBER}`, { key: eve.key })).status).toBe(404)
  expect((await api().send('POST', '/api/v1/calls', { key: eve.key, body: CALL })).status).toBe(202)
  expect((await api().send('POST', '/api/v1/calls', { key: ada.key, body: CALL })).status).toBe(422)
})

test('live and test keys of one account have lists of their own', async () => {
  const { accountId, key } = await api().newAccount()
  const live = await api().keys.create(accountId, 'live')
  await api().send('POST', LIST, { key: live, body: { to_phone_number: NUMBER } })
  expect((await api().send('GET', LIST, { key })).body.data).toEqual([])
  expect((await api().send('POST', '/api/v1/calls', { key, body: CALL })).status).toBe(202)
  expect((await api().send('GET', LIST, { key: live })).body.data).toHaveLength(1)
})

import { expect, test } from 'vitest'

import { hashSecret, keyIdOf } from '../../src/keys/secret.ts'
import { CALL, useApi } from './api.ts'

const api = useApi()

const OPERATIONS = [
  ['POST', '/api/v1/calls', '{not even json'],
  ['GET', '/api/v1/calls?limit=wrong', undefined],
  ['GET', '/api/v1/calls/cl_unknown', undefined],
] as const

test.each(OPERATIONS)(
  '%s %s gives every bad key the same 401, before anything else is checked',
  async (method, path, body) => {
    const { key } = await api().newAccount()
    const { key: revoked } = await api().newAccount()
    await api().keys.revoke(keyIdOf(hashSecret(revoked)))
    const { key: ended } = await api().newAccount()
    await api().keys.rotate(keyIdOf(hashSecret(ended)), 0)
    const bad = [
      null,
      '',
      'x',
      `${key}x`,
      key.slice(0, -1),
      key.replace('test', 'live'),
      key.toUpperCase(),
      revoked,
      ended,
      '$ne',
      'ak_test_000000000000000000000000000000000000',
    ]
    const answers = await Promise.all(bad.map(key => api().send(method, path, { key, body })))
    answers.push(await api().send(method, path, { headers: { authorization: `Basic ${key}` }, body }))
    for (const { status, text } of answers) {
      expect(status).toBe(401)
      expect(text).toBe(answers[0]?.text)
    }
    expect(answers[0]?.body).toEqual({ code: 'unauthorized', error: expect.stringContaining('Expected') })
  },
)

test('a key is stored nowhere in the clear', async () => {
  const { key } = await api().newAccount()
  const collections = await api().db.listCollections().toArray()
  for (const { name } of collections)
    expect(JSON.stringify(await api().db.collection(name).find().toArray())).not.toContain(key.slice(8))
})

test('a path that a client sends never changes what another account has', async () => {
  const [ada, eve] = [await api().newAccount(), await api().newAccount()]
  const { body } = await api().send('POST', '/api/v1/calls', { key: ada.key, body: CALL })
  const answer = await api().send('GET', `/api/v1/calls/${body.data.call_id}`, { key: eve.key })
  expect(answer.status).toBe(404)
  expect(answer.body.code).toBe('call_not_found')
})

import { describe, expect, onTestFinished, test } from 'vitest'

import type { Turn } from '../../src/calls/call.ts'
import { createApp } from '../../src/app.ts'
import { keyIdOf, newSecret } from '../../src/keys/secret.ts'
import { CALL, serve, useApi } from './api.ts'

const api = useApi()

const TURNS: Turn[] = [
  { role: 'callee', text: 'Hello?', atMs: 200.4, interrupted: false },
  { role: 'agent', text: 'I would like a table.', atMs: 1400, interrupted: true },
]

const place = async (key: string): Promise<string> =>
  (await api().send('POST', '/api/v1/calls', { key, body: CALL })).body.data.call_id

const read = async (key: string, id: string) => await api().send('GET', `/api/v1/calls/${id}`, { key })

describe('happy', () => {
  test('a new call has every key, null until known', async () => {
    const { key } = await api().newAccount()
    const id = await place(key)
    const { status, body } = await read(key, id)
    expect(status).toBe(200)
    expect(body).toEqual({
      data: {
        call_id: id,
        status: 'queued',
        ...CALL,
        business_name: null,
        website: null,
        scheduled_for: null,
        created_at: expect.stringMatching(/^[\d-]+T[\d:]+Z$/),
        outcome: null,
        outcome_details: null,
        summary: null,
        transcript: null,
        duration_seconds: null,
        recording_url: null,
        started_at: null,
        ended_at: null,
        error_code: null,
        error_message: null,
        language: null,
        caller_name: null,
        metadata: null,
        answered_by: null,
        turns: null,
      },
    })
  })

  test('a call in progress shows what has been said so far', async () => {
    const { key } = await api().newAccount()
    const id = await place(key)
    await api().calls.advance(id, 'in_progress', { startedAt: new Date('2026-02-20T12:00:05.999Z') })
    await api().conversations.ensure(id)
    const token = 'token'
    const expiresAt = new Date(Date.now() + 60_000)
    await api().conversations.setReady(id, { generation: 1, host: 'h', url: 'ws://h/streams', token, expiresAt })
    await api().conversations.start(id, 1, token, new Date())
    for (const [index, turn] of TURNS.entries())
      await api().conversations.putTurn(id, 1, index, { ...turn, final: true }, 1500)
    const { body } = await read(key, id)
    expect(body.data).toMatchObject({
      status: 'in_progress',
      started_at: '2026-02-20T12:00:05Z',
      transcript: 'Callee: Hello?\nAgent: I would like a table.',
      turns: [
        { role: 'callee', text: 'Hello?', at_ms: 200, interrupted: false },
        { role: 'agent', text: 'I would like a table.', at_ms: 1400, interrupted: true },
      ],
    })
  })

  test('an ended call shows its result, from its own document alone', async () => {
    const { key } = await api().newAccount()
    const id = await place(key)
    await api().calls.setResult(id, { outcome: 'achieved', outcomeDetails: 'At 7pm', summary: 'It was booked.' })
    const endedAt = new Date('2026-02-20T12:01:05.500Z')
    await api().calls.advance(id, 'completed', { turns: TURNS, endedAt, durationSeconds: 40, answeredBy: 'human' })
    const { body } = await read(key, id)
    expect(body.data).toMatchObject({
      status: 'completed',
      outcome: 'achieved',
      outcome_details: 'At 7pm',
      summary: 'It was booked.',
      transcript: 'Callee: Hello?\nAgent: I would like a table.',
      ended_at: '2026-02-20T12:01:05Z',
      duration_seconds: 40,
      answered_by: 'human',
    })
    expect(body.data.turns).toHaveLength(2)
  })

  test('calls are listed newest first, a page at a time', async () => {
    const { key } = await api().newAccount()
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.unshift(await place(key))
    const list = async (query: string) => {
      const { body } = await api().send('GET', `/api/v1/calls${query}`, { key })
      return [body.data.map((call: { call_id: string }) => call.call_id), body.has_more]
    }
    expect(await list('')).toEqual([ids, false])
    expect(await list('?limit=2')).toEqual([ids.slice(0, 2), true])
    expect(await list(`?limit=2&starting_after=${ids[1]}`)).toEqual([ids.slice(2, 4), true])
    expect(await list(`?limit=2&starting_after=${ids[3]}`)).toEqual([ids.slice(4), false])
    expect(await list('?limit=100000')).toEqual([ids, false])
    expect(await list('?limit=')).toEqual([ids, false])
    await api().calls.advance(ids[1] ?? '', 'completed', { turns: TURNS })
    expect(await list('?status=completed')).toEqual([[ids[1]], false])
    expect(await list('?status=canceled&unknown=1')).toEqual([[], false])
  })

  test('a listed call has its transcript and not its turns', async () => {
    const { key } = await api().newAccount()
    await api().calls.advance(await place(key), 'completed', { turns: TURNS })
    const { body } = await api().send('GET', '/api/v1/calls', { key })
    expect(body.data[0].transcript).toContain('Callee: Hello?')
    expect(body.data[0]).not.toHaveProperty('turns')
  })
})

describe('error', () => {
  test.each(['cl_unknown', '%20', 'cl_00000000000000000000000000', '%24ne', '%ff', 'x'.repeat(1000)])(
    'an unknown id (%#) is call_not_found',
    async id => {
      const { key } = await api().newAccount()
      const { status, body } = await read(key, id)
      expect(status).toBe(404)
      expect(body).toEqual({ code: 'call_not_found', error: expect.stringContaining('Expected') })
    },
  )

  test.each([
    ['limit', 'ten'],
    ['limit', '0'],
    ['limit', '-1'],
    ['limit', '1.5'],
    ['limit', '1&limit=2'],
    ['status', 'accepting'],
    ['status', 'done'],
    ['starting_after', 'cl_1'],
    ['starting_after', '%24gt'],
  ])('%s=%s is a validation_error', async (name, value) => {
    const { key } = await api().newAccount()
    const { status, body } = await api().send('GET', `/api/v1/calls?${name}=${value}`, { key })
    expect(status).toBe(422)
    expect(body).toEqual({
      code: 'validation_error',
      error: expect.stringMatching(`^Invalid value of field '${name}'. Expected`),
    })
  })
})

describe('security', () => {
  test.each(['/api/v1/calls', '/api/v1/calls/cl_unknown'])('%s requires a key', async path => {
    const { status, body } = await api().send('GET', path, { key: null })
    expect(status).toBe(401)
    expect(body.code).toBe('unauthorized')
  })

  test("another account's calls are neither read nor listed, nor is it told where they would be", async () => {
    const [ada, eve] = [await api().newAccount(), await api().newAccount()]
    const before = await place(eve.key)
    const id = await place(ada.key)
    const unknown = await read(eve.key, 'cl_unknown')
    const other = await read(eve.key, id)
    expect([other.status, other.text]).toEqual([404, unknown.text])
    const listed = await api().send('GET', `/api/v1/calls?starting_after=${id}`, { key: eve.key })
    expect(listed.body.data.map((call: { call_id: string }) => call.call_id)).toEqual([before])
  })

  test("a live key does not see the account's test calls, nor the other way round", async () => {
    const { key, accountId } = await api().newAccount()
    const live = await api().keys.create(accountId, 'live')
    const id = await place(key)
    expect((await read(live, id)).status).toBe(404)
    expect((await api().send('GET', '/api/v1/calls', { key: live })).body.data).toEqual([])
  })

  test('whose key is refused learns nothing of the call, though it is read beside the key', async () => {
    const { key, accountId } = await api().newAccount()
    const id = await place(key)
    const nowhere = await read(newSecret('test'), 'cl_unknown')
    const unknown = await read(newSecret('test'), id)
    expect([unknown.status, unknown.text]).toEqual([401, nowhere.text])
    const revoked = await api().keys.create(accountId, 'test')
    expect((await read(revoked, id)).status).toBe(200)
    const [, { _id: hash } = { _id: '' }] = await api().keys.list(accountId)
    await api().keys.revoke(keyIdOf(hash))
    expect((await read(revoked, id)).text).toBe(nowhere.text)
  })

  test('where the call cannot be read, a refused key is refused all the same', async () => {
    const { key } = await api().newAccount()
    const id = await place(key)
    const away = async () => await Promise.reject(new Error('the store is away'))
    const { url, close } = await serve(createApp({ ...api().deps, calls: { ...api().calls, find: away } }))
    onTestFinished(close)
    const status = async (secret: string) =>
      (await fetch(`${url}/api/v1/calls/${id}`, { headers: { 'x-api-key': secret } })).status
    expect(await status(newSecret('test'))).toBe(401)
    expect(await status(key)).toBe(500)
  })

  test('a call that was never accepted cannot be read or listed', async () => {
    const { key } = await api().newAccount()
    const id = await place(key)
    await api()
      .db.collection<{ _id: string }>('calls')
      .updateOne({ _id: id }, { $set: { status: 'accepting' } })
    expect((await read(key, id)).body.code).toBe('call_not_found')
    expect((await api().send('GET', '/api/v1/calls', { key })).body.data).toEqual([])
  })
})

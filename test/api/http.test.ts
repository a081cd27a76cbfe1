import { MongoClient } from 'mongodb'
import { connect } from 'node:net'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'

import { createApp } from '../../src/app.ts'
import type { AppDeps } from '../../src/app.ts'
import { createKeyService } from '../../src/keys/service.ts'
import { serve, useApi } from './api.ts'

const api = useApi()

test('an unknown path is not_found, without a key', async () => {
  const { status, body, headers } = await api().send('GET', '/api/v1/nothing')
  expect(status).toBe(404)
  expect(body).toEqual({ code: 'not_found', error: expect.stringContaining('GET /api/v1/nothing') })
  expect(headers.get('x-request-id')).toMatch(/^req_/)
})

test('another method is method_not_allowed, with what is allowed', async () => {
  const { status, body, headers } = await api().send('DELETE', '/api/v1/calls')
  expect(status).toBe(405)
  expect(body.code).toBe('method_not_allowed')
  expect(headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST'])
  expect((await api().send('PUT', '/healthz')).status).toBe(405)
})

test('OPTIONS says what is allowed', async () => {
  const { status, headers } = await api().send('OPTIONS', '/api/v1/calls/cl_1')
  expect(status).toBe(204)
  expect(headers.get('allow')).toContain('GET')
})

test('HEAD answers as GET does, without the body', async () => {
  const { key } = await api().newAccount()
  const { status, text, headers } = await api().send('HEAD', '/api/v1/calls', { key })
  expect([status, text]).toEqual([200, ''])
  expect(Number(headers.get('content-length'))).toBeGreaterThan(0)
})

test('health needs no key and tells of the store', async () => {
  const { status, body } = await api().send('GET', '/healthz')
  expect([status, body]).toEqual([200, { status: 'ok', store: 'reachable' }])
})

test('a body that is too large ends the connection instead of being read', async () => {
  const { key } = await api().newAccount()
  const { hostname, port } = new URL(api().url)
  const socket = connect(Number(port), hostname)
  socket.write(
    `POST /api/v1/calls HTTP/1.1\r\nHost: x\r\nx-api-key: ${key}\r\nContent-Length: 9000000000\r\n\r\n{`,
  )
  const answer = (await Array.fromAsync(socket, String)).join('')
  expect(answer).toContain('HTTP/1.1 400')
  expect(answer).toContain('"invalid_body"')
  expect(answer).toContain('Connection: close')
})

/** The same API with one part broken, and what it logs as errors. */
const withBroken = async (broken: Partial<AppDeps>) => {
  const lines: string[] = []
  const log = pino({ level: 'error' }, { write: line => lines.push(line) })
  const served = await serve(createApp({ ...api().deps, ...broken, log }))
  onTestFinished(served.close)
  const answer = await fetch(`${served.url}/api/v1/calls`, { headers: { 'x-api-key': 'x' } })
  return { status: answer.status, headers: answer.headers, body: await answer.json(), lines }
}

const keysThatFail = (error: Error): Pick<AppDeps, 'keys'> => ({
  keys: {
    ...api().keys,
    authenticate: async () => {
      throw error
    },
  },
})

test('of a fault of ours the client learns the request id, and the log the rest', async () => {
  const { status, headers, body, lines } = await withBroken(keysThatFail(new Error('a secret detail')))
  const requestId = headers.get('x-request-id')
  expect(status).toBe(500)
  expect(body).toEqual({ code: 'internal_error', error: expect.stringContaining(requestId ?? '-') })
  expect(JSON.stringify(body)).not.toContain('secret')
  expect(lines.join('')).toContain('a secret detail')
  expect(lines.join('')).toContain(requestId)
})

test('a store that does not answer makes the API unavailable, and says when to retry', async () => {
  const mongo = new MongoClient('mongodb://127.0.0.1:1', { serverSelectionTimeoutMS: 50 })
  onTestFinished(async () => await mongo.close())
  const { status, headers, body } = await withBroken({ keys: createKeyService(mongo.db('errand')) })
  // A malformed key needs no store.
  expect(status).toBe(401)
  expect(body).toMatchObject({ code: 'unauthorized' })
  expect(headers.get('retry-after')).toBeNull()

  const error = await mongo
    .db('errand')
    .command({ ping: 1 })
    .catch((error: Error) => error)
  const unreachable = await withBroken(keysThatFail(error as Error))
  expect(unreachable.status).toBe(503)
  expect(unreachable.body).toEqual({ code: 'unavailable', error: expect.stringContaining('Retry') })
  expect(unreachable.headers.get('retry-after')).toMatch(/^\d+$/)
})

test('a log line of a request holds neither its key, nor its query, nor its body', async () => {
  const lines: string[] = []
  const log = pino({}, { write: line => lines.push(line) })
  const { url, close } = await serve(createApp({ ...api().deps, log }))
  onTestFinished(close)
  const { key, accountId } = await api().newAccount()
  const body = JSON.stringify({ to_phone_number: '+14155550100', objective: 'words of the client' })
  const answer = await fetch(`${url}/api/v1/calls?q=secret`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body,
  })
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    request_id: answer.headers.get('x-request-id'),
    method: 'POST',
    path: '/api/v1/calls',
    status: 202,
    account_id: accountId,
  })
  expect(lines[0]).not.toMatch(new RegExp(`${key}|secret|words|4155550100`))
})

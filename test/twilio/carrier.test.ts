// The adapter against a server that answers as it is told: what became of a dial must be told apart exactly.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { DialRequest } from '../../src/providers/ports.ts'
import { createCarrier } from '../../src/providers/twilio/carrier.ts'

const SID = `CA${'a'.repeat(32)}`
const ACCOUNT = `AC${'0'.repeat(32)}`

interface Seen {
  method: string
  url: string
  authorization: string
  form: URLSearchParams
}
type Script = (response: ServerResponse, seen: Seen) => void

let script: Script
let seen: Seen[] = []
let baseUrl = ''

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request
    .on('data', chunk => chunks.push(chunk))
    .on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString())
      const { method = '', url = '', headers } = request
      const one = { method, url, authorization: headers.authorization ?? '', form }
      seen.push(one)
      script(response, one)
    })
})

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const carrierAt = (url: string, timeoutMs = 2_000) =>
  createCarrier({
    settings: {
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: 'a-secret-token',
      TWILIO_FROM_NUMBER: '+14155550000',
      TWILIO_BASE_URL: url,
    },
    mode: 'test',
    publicUrl: 'https://errand.example',
    timeoutMs,
  })

const carrierThat = (answer: Script, timeoutMs?: number) => {
  seen = []
  script = answer
  return carrierAt(baseUrl, timeoutMs)
}

const json =
  (status: number, body: object): Script =>
  response =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

const error = (status: number, code: number) =>
  json(status, { status, code, message: 'what is wrong', more_info: 'https://www.twilio.com/docs/errors' })

const dial = (untilMs = 15_000): DialRequest => ({
  callId: 'cl_1',
  to: '+14155551234',
  ringSeconds: 45,
  timeLimitSeconds: 660,
  until: new Date(Date.now() + untilMs),
})

test('a dial says all that the carrier has to know, once', async () => {
  const outcome = await carrierThat(json(201, { sid: SID, status: 'queued' })).placeCall(dial())
  expect(outcome).toEqual({ kind: 'dialed', legId: SID })
  expect(seen).toHaveLength(1)
  expect(seen[0]).toMatchObject({
    method: 'POST',
    url: `/2010-04-01/Accounts/${ACCOUNT}/Calls.json`,
    authorization: `Basic ${Buffer.from(`${ACCOUNT}:a-secret-token`).toString('base64')}`,
  })
  const base = 'https://errand.example/carrier/test/calls/cl_1'
  expect(Object.fromEntries(seen[0]?.form ?? [])).toEqual({
    To: '+14155551234',
    From: '+14155550000',
    Url: `${base}/instructions`,
    Method: 'POST',
    FallbackUrl: `${base}/instructions?after=current`,
    FallbackMethod: 'POST',
    StatusCallback: `${base}/status`,
    StatusCallbackMethod: 'POST',
    StatusCallbackEvent: 'completed',
    Timeout: '45',
    TimeLimit: '660',
    MachineDetection: 'DetectMessageEnd',
    AsyncAmd: 'true',
    AsyncAmdStatusCallback: `${base}/amd`,
    AsyncAmdStatusCallbackMethod: 'POST',
  })
  expect(seen[0]?.form.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed'])
})

test("the carrier's own error is a refusal, with its code", async () => {
  const outcome = await carrierThat(error(400, 21211)).placeCall(dial())
  expect(outcome).toEqual({ kind: 'refused', carrierCode: '21211', message: 'what is wrong' })
  expect(seen).toHaveLength(1)
})

test('429 is tried again, for it was not processed', async () => {
  const answers = [error(429, 20429), error(429, 20429), json(201, { sid: SID, status: 'queued' })]
  const outcome = await carrierThat((response, one) => answers.shift()?.(response, one)).placeCall(dial())
  expect(outcome).toEqual({ kind: 'dialed', legId: SID })
  expect(seen).toHaveLength(3)
})

test('429 until the time is up is a refusal', async () => {
  const outcome = await carrierThat(error(429, 20429)).placeCall(dial(400))
  expect(outcome).toMatchObject({ kind: 'refused', carrierCode: '20429' })
  expect(seen.length).toBeGreaterThan(1)
})

const UNKNOWN: [string, Script][] = [
  ["the carrier's 500", error(500, 20500)],
  ["the carrier's 503", error(503, 20503)],
  ["a proxy's page with 403", response => void response.writeHead(403).end('<html>Forbidden</html>')],
  ["a proxy's JSON with 403", json(403, { error: 'forbidden' })],
  ["a proxy's 429", response => void response.writeHead(429).end('slow down')],
  ['a JSON error of another status', json(502, { status: 400, code: 21211, message: '' })],
  ['a redirect', response => void response.writeHead(307, { location: '/elsewhere' }).end()],
  ['an empty 201', response => void response.writeHead(201).end()],
  ['a 201 that is no JSON', response => void response.writeHead(201).end('created')],
  ['a 201 without an id', json(201, { status: 'queued' })],
  [
    'half an answer',
    response => void response.writeHead(201, { 'content-length': 100 }).write('{', () => response.destroy()),
  ],
  ['a connection that breaks', response => void response.destroy()],
]

test.each(UNKNOWN)('after %s nobody knows whether the carrier has dialled', async (_, answer) => {
  const outcome = await carrierThat(answer).placeCall(dial())
  expect(outcome.kind).toBe('unknown')
  expect(seen).toHaveLength(1)
})

test('after a time-out nobody knows whether the carrier has dialled', async () => {
  const outcome = await carrierThat(() => undefined, 100).placeCall(dial())
  expect(outcome.kind).toBe('unknown')
  expect(seen).toHaveLength(1)
})

test.each([
  ['a port where nobody listens', 'http://127.0.0.1:1'],
  ['a name with several addresses where nobody listens', 'http://localhost:1'],
  ['a name that does not exist', 'http://carrier.invalid'],
])('%s was certainly not reached', async (_, url) => {
  const outcome = await carrierAt(url).placeCall(dial(300))
  expect(outcome).toMatchObject({ kind: 'refused', carrierCode: 'unreachable' })
})

test('a carrier that is away for a moment is tried again, for no byte has reached it', async () => {
  seen = []
  script = json(201, { sid: SID, status: 'queued' })
  const later = createServer((request, response) => server.emit('request', request, response))
  later.listen(0, '127.0.0.1')
  await once(later, 'listening')
  const { port } = later.address() as AddressInfo
  later.close()
  await once(later, 'close')
  const outcome = carrierAt(`http://127.0.0.1:${port}`).placeCall(dial())
  later.listen(port, '127.0.0.1')
  expect(await outcome).toEqual({ kind: 'dialed', legId: SID })
  later.close()
  expect(seen).toHaveLength(1)
})

test('nothing is sent once the time for it has passed', async () => {
  const outcome = await carrierThat(json(201, { sid: SID })).placeCall(dial(-1))
  expect(outcome).toEqual({ kind: 'too_late' })
  expect(seen).toHaveLength(0)
})

test('no error carries the credentials or the request', async () => {
  const thrown = await carrierThat(response => void response.destroy())
    .getLeg(SID)
    .catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(Error)
  const secrets = [Buffer.from(`${ACCOUNT}:a-secret-token`).toString('base64'), 'a-secret-token']
  for (const secret of secrets) expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(secret)
})

test('hanging up completes the leg; one that is over or unknown is no error', async () => {
  await carrierThat(json(200, { sid: SID, status: 'completed' })).hangUp(SID)
  expect(seen[0]).toMatchObject({ method: 'POST', url: `/2010-04-01/Accounts/${ACCOUNT}/Calls/${SID}.json` })
  expect(seen[0]?.form.get('Status')).toBe('completed')
  await carrierThat(error(400, 21220)).hangUp(SID)
  await carrierThat(error(404, 20404)).hangUp(SID)
  await expect(carrierThat(error(401, 20003)).hangUp(SID)).rejects.toThrow('what is wrong')
  await expect(carrierThat(error(500, 20500)).hangUp(SID)).rejects.toThrow()
})

test('a leg is redirected to the instructions after its stream; one that is over cannot be', async () => {
  const to = { callId: 'cl_1', legId: SID, after: 3 }
  expect(await carrierThat(json(200, { sid: SID, status: 'in-progress' })).redirect(to)).toBe(true)
  expect(seen[0]).toMatchObject({ method: 'POST', url: `/2010-04-01/Accounts/${ACCOUNT}/Calls/${SID}.json` })
  expect(seen[0]?.form.get('Url')).toMatch(/\/calls\/cl_1\/instructions\?after=3$/)
  expect(seen[0]?.form.get('Method')).toBe('POST')
  expect(await carrierThat(error(400, 21220)).redirect(to)).toBe(false)
  await expect(carrierThat(error(500, 20500)).redirect(to)).rejects.toThrow()
})

test.each([
  ['queued', 'ringing'],
  ['initiated', 'ringing'],
  ['ringing', 'ringing'],
  ['in-progress', 'in_progress'],
  ['completed', 'completed'],
  ['busy', 'busy'],
  ['no-answer', 'no_answer'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
])('a leg that the carrier calls %s is %s', async (status, state) => {
  expect(await carrierThat(json(200, { sid: SID, status })).getLeg(SID)).toEqual({ legId: SID, state })
})

test('a leg that the carrier does not know is null; a carrier that does not answer is an error', async () => {
  expect(await carrierThat(error(404, 20404)).getLeg(SID)).toBeNull()
  await expect(carrierThat(error(500, 20500)).getLeg(SID)).rejects.toThrow()
  await expect(carrierThat(json(200, { sid: SID, status: 'odd' })).getLeg(SID)).rejects.toThrow("'odd'")
})

test('legs to a number are those since a moment, and those whose time the carrier does not say', async () => {
  const leg = (n: number, date_created: string | null) => ({ sid: `CA${n}`, status: 'queued', date_created })
  const carrier = carrierThat(
    json(200, {
      calls: [
        leg(1, null),
        leg(2, 'Fri, 20 Feb 2026 12:00:06 +0000'),
        leg(3, 'Fri, 20 Feb 2026 12:00:05 +0000'),
        leg(4, 'Fri, 20 Feb 2026 12:00:04 +0000'),
      ],
    }),
  )
  const legs = await carrier.findLegs('+14155551234', new Date('2026-02-20T12:00:05.700Z'))
  expect(legs.map(({ legId }) => legId)).toEqual(['CA1', 'CA2', 'CA3'])
  const query = new URL(seen[0]?.url ?? '', baseUrl).searchParams
  expect(query.get('To')).toBe('+14155551234')
  expect(query.get('From')).toBe('+14155550000')
})

// The API under requests that are made from its own document: none brings it to a 5xx, or to an answer that the
// document does not tell of. For a night of it: FUZZ_RUNS=1000000 npm test -- test/api/fuzz
import { Agent, request as httpRequest } from 'node:http'

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { createApp } from '../../src/app.ts'
import type { Mode } from '../../src/calls/call.ts'
import { purseOf } from '../../src/credits/credit.ts'
import { CALL, serve, useApi } from './api.ts'
import { checkAnswer, documentOf } from './documented.ts'
import type { Answer } from './documented.ts'
import { requestsTo } from './requests.ts'
import type { FuzzRequest } from './requests.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 500)
/** A key may place ten calls a minute: then another one is taken. */
const REQUESTS_PER_KEY = 12
/** Codes that a request cannot be given that is as the document says. */
const OF_ITS_FORM = [
  'invalid_json',
  'invalid_body',
  'missing_field',
  'validation_error',
  'method_not_allowed',
  'unauthorized',
]

const api = useApi()
const agent = new Agent({ keepAlive: true })
let served: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  served = await serve(createApp({ ...api().deps, modes: new Set<Mode>(['live', 'test']) }))
})
afterAll(async () => {
  agent.destroy()
  await served?.close()
})

/** Accounts with many credits, with none, and for live calls, and a call that there is. */
const population = async () => {
  const rich = await api().newAccount()
  const poor = await api().newAccount()
  const live = await api().newAccount('live')
  await api().credits.grant(rich.accountId, 'payment', 10_000)
  await api().credits.grant(purseOf({ accountId: live.accountId, mode: 'live' }), 'payment', 10_000)
  for (const { accountId } of [rich, live]) await api().accounts.limit(accountId, { openCalls: 10_000 })
  for (let n = 0; n < 5; n++) await api().credits.hold(poor.accountId, `spent_${n}`)
  const { body } = await api().send('POST', '/api/v1/calls', { key: rich.key, body: CALL })
  let requests = 0
  let keys = { rich: rich.key, poor: poor.key, live: live.key }
  return {
    knownCall: body.data.call_id as string,
    key: async (kind: FuzzRequest['key']): Promise<string | null> => {
      if (typeof kind === 'object') return kind.text
      if (kind === 'none') return null
      if (++requests % REQUESTS_PER_KEY === 0)
        keys = {
          rich: await api().keys.create(rich.accountId, 'test'),
          poor: await api().keys.create(poor.accountId, 'test'),
          live: await api().keys.create(live.accountId, 'live'),
        }
      return keys[kind]
    },
  }
}

/** Over Node's own client, which sends paths, methods and headers that fetch would mend. */
const send = async ({ method, headers, body }: FuzzRequest, path: string, key: string | null): Promise<Answer> =>
  await new Promise((resolve, reject) => {
    const all = {
      ...headers,
      ...(key !== null && { 'x-api-key': key }),
      ...(body && { 'content-length': Buffer.byteLength(body) }),
    }
    const sent = httpRequest(served.url, { method, path, headers: all, agent }, response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part)).on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(response.headersDistinct as Record<string, never>),
          text: Buffer.concat(parts).toString(),
        }),
      )
    })
    sent.on('error', reject).end(body ?? undefined)
  })

test(
  'whatever is sent, the answer is one that the document tells of, and never that the API broke',
  async () => {
    const { key, knownCall } = await population()
    const answered = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(requestsTo(documentOf(api().deps)), async request => {
        const path = request.path.replaceAll('{known}', knownCall)
        const answer = await send(request, path, await key(request.key))
        checkAnswer(request.method, path, answer)
        expect(answer.status, answer.text).toBeLessThan(500)
        const code = /"code":"(\w+)"/.exec(answer.text)?.[1] ?? String(answer.status)
        if (request.isValid) expect(OF_ITS_FORM).not.toContain(code)
        answered.set(code, (answered.get(code) ?? 0) + 1)
      }),
      { numRuns: RUNS },
    )
    // It came to where the API decides, not only to its door.
    expect([...answered.keys()]).toEqual(expect.arrayContaining(['200', '202']))
    if (process.env['FUZZ_RUNS']) process.stdout.write(`${JSON.stringify(Object.fromEntries(answered))}\n`)
  },
  60_000 + RUNS * 200,
)

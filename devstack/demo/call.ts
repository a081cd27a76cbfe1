import { setTimeout as delay } from 'node:timers/promises'

import { createCreditStore } from '../../src/credits/store.ts'
import { createLog } from '../../src/log.ts'
import { createMongo } from '../../src/providers/mongo.ts'
import type { DevelopmentAccount } from '../account.ts'
import type { Stack } from '../stack.ts'
import type { CallBody } from './request.ts'
import { createTurnPrinter } from './turns.ts'
import type { WireTurn } from './turns.ts'

/** What the demo reads of `GET /calls/:id`. */
export interface WireCall {
  call_id: string
  status: string
  outcome: string | null
  error_code: string | null
  duration_seconds: number | null
  transcript: string | null
  turns: WireTurn[] | null
}

export interface Followed {
  body: { data: WireCall }
  creditsBefore: number
  creditsAfter: number
}

const POLL_MS = 50
const ENDED = new Set(['completed', 'canceled', 'failed'])

/** Places the call over HTTP and prints its statuses and turns as they come, until it has ended. */
export const placeAndFollow = async (
  stack: Stack,
  account: DevelopmentAccount,
  request: CallBody,
  signal: AbortSignal,
  out: NodeJS.WritableStream = process.stdout,
  /** Is given the call at each look, and a way to say something between its turns. */
  onLook: (call: WireCall, say: (line: string) => void) => Promise<void> = async () => undefined,
): Promise<Followed> => {
  const creditsBefore = await creditsOf(stack, account.accountId)
  out.write(`\nPOST ${stack.apiUrl}/api/v1/calls\n${JSON.stringify(request, null, 2)}\n\n`)
  const callId = await postCall(stack.apiUrl, account.testKey, request)

  const turns = createTurnPrinter(out)
  for (let status = ''; ; await delay(POLL_MS, undefined, { signal })) {
    const body = await getCall(stack.apiUrl, account.testKey, callId)
    const { data } = body
    const isOver = ENDED.has(data.status)
    if (isOver) turns.print(data.turns ?? [], true)
    if (data.status !== status) turns.line(`status       ${data.status}`)
    status = data.status
    if (!isOver) turns.print(data.turns ?? [], false)
    if (!isOver) await onLook(data, turns.line)
    else return { body, creditsBefore, creditsAfter: await creditsOf(stack, account.accountId) }
  }
}

/** Sends the request; the id of the accepted call. */
export const postCall = async (apiUrl: string, key: string, request: CallBody): Promise<string> => {
  const response = await fetch(`${apiUrl}/api/v1/calls`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  const text = await response.text()
  if (response.status !== 202) throw new Error(`the call was not accepted: ${response.status} ${text}`)
  return (JSON.parse(text) as { data: { call_id: string } }).data.call_id
}

const getCall = async (apiUrl: string, key: string, callId: string): Promise<{ data: WireCall }> => {
  const response = await fetch(`${apiUrl}/api/v1/calls/${callId}`, { headers: { 'x-api-key': key } })
  if (!response.ok) throw new Error(`the call cannot be read: ${response.status} ${await response.text()}`)
  return (await response.json()) as { data: WireCall }
}

const creditsOf = async ({ mongodbUrl, database }: Stack, accountId: string): Promise<number> => {
  const mongo = await createMongo({ url: mongodbUrl, database, log: createLog('demo', 'warn') })
  try {
    return await createCreditStore(mongo.db).remaining(accountId)
  } finally {
    await mongo.close()
  }
}

import { setTimeout as delay } from 'node:timers/promises'

import type { WireCall } from '../devstack/demo/call.ts'
import { postCall } from '../devstack/demo/call.ts'
import type { CallBody } from '../devstack/demo/request.ts'

const POLL_MS = 250
const ENDED = new Set(['completed', 'canceled', 'failed'])

/** A call as `GET` shows it. */
export type ReadCall = WireCall & { duration_seconds: number | null }

/** A call that was placed over HTTP. */
export interface PlacedCall {
  id: string
  read: () => Promise<ReadCall>
  /** Asks four times a second until the call is in one of `statuses`, or over. */
  until: (statuses?: readonly string[]) => Promise<ReadCall>
}

/** Places a call over HTTP. */
export const placeCall = async (apiUrl: string, key: string, body: CallBody): Promise<PlacedCall> => {
  const id = await postCall(apiUrl, key, body)
  const read = async (): Promise<ReadCall> => {
    const response = await fetch(`${apiUrl}/api/v1/calls/${id}`, { headers: { 'x-api-key': key } })
    if (!response.ok) throw new Error(`the call cannot be read: ${response.status} ${await response.text()}`)
    return ((await response.json()) as { data: ReadCall }).data
  }
  const until = async (statuses: readonly string[] = []): Promise<ReadCall> => {
    for (; ; await delay(POLL_MS)) {
      const call = await read()
      if (ENDED.has(call.status) || statuses.includes(call.status)) return call
    }
  }
  return { id, read, until }
}

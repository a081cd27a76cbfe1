// The way from a calls worker to the carrier: what goes over it arrives, and an answer to a dial can be kept back.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export const startCarrierGate = async (carrierUrl: string) => {
  const keeping = new Map<string, () => void>()
  const passed = new Set<string>()

  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/', headers } = request
    const body = await text(request)
    const answer = await fetch(carrierUrl + url, {
      method,
      headers: {
        authorization: headers.authorization ?? '',
        ...(headers['content-type'] && { 'content-type': headers['content-type'] }),
      },
      ...(method === 'POST' && { body }),
    })
    const answered = await answer.text()
    const callId = /cl_[0-9a-z]{26}/.exec(decodeURIComponent(body))?.[0] ?? ''
    passed.add(callId)
    const keep = keeping.get(callId)
    if (keep) return keep()
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(answered)
  }
  const server = createServer((request, response) => void pass(request, response).catch(() => response.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,

    /** Keeps back the answer to a call's dial from now on; resolves when the carrier has given it. */
    keepAnswer: async (callId: string): Promise<void> =>
      await new Promise(resolve => {
        keeping.set(callId, resolve)
        if (passed.has(callId)) throw new Error(`${callId} was dialled already`)
      }),

    /** Whether a call's dial has reached the carrier. */
    hasPassed: (callId: string): boolean => passed.has(callId),

    close: async (): Promise<void> => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

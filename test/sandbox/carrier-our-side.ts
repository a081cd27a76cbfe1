// Our side of the carrier, as small as it can be: an instructions route, a callback route, a stream server.
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { pino } from 'pino'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import { startSandbox } from '../../src/sandbox/server.ts'

export const ACCOUNT_SID = `AC${'0123456789abcdef'.repeat(2)}`
export const AUTH_TOKEN = 'a-token-of-the-sandbox'
export const AGREES = '+14155550100'

export interface Received {
  method: string
  path: string
  url: string
  headers: IncomingHttpHeaders
  form: Record<string, string>
}
export interface Message extends Record<string, unknown> {
  event: string
}
export interface Reply {
  status?: number
  type?: string
  body?: string
}

/** What the REST API answers: a call, a list or an error. */
export interface Body extends Record<string, unknown> {
  sid?: string
  code?: number
  calls?: { sid: string }[]
  next_page_uri?: string | null
}

/** A server that answers instructions as it is told, and keeps every request. */
export const startOurSide = async () => {
  const arrivals = new EventEmitter().setMaxListeners(0)
  const received: Received[] = []
  const upgrades: IncomingHttpHeaders[] = []
  let onRequest: (request: Received) => Reply | string = () => ({ status: 204 })
  let onStream: (socket: WebSocket, start: Message, send: (message: object) => void) => void = () => undefined
  const messages: Message[] = []

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request)
    const form = Object.fromEntries(new URLSearchParams(body))
    const url = `http://${request.headers.host}${request.url}`
    const one = { method: request.method!, path: new URL(url).pathname, url, headers: request.headers, form }
    const reply = onRequest(one)
    const {
      status = 200,
      type = 'text/xml',
      body: content = '',
    } = typeof reply === 'string' ? { body: reply } : reply
    response.writeHead(status, { 'content-type': type }).end(content)
    received.push(one)
    arrivals.emit('any')
  }
  const server = createServer((request, response) => void serve(request, response))
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    upgrades.push(request.headers)
    let start: Message | null = null
    const send = (message: object): void =>
      socket.send(JSON.stringify({ streamSid: start?.['streamSid'], ...message }))
    socket.on('message', data => {
      const message = JSON.parse((data as Buffer).toString()) as Message
      messages.push(message)
      if (message.event === 'start') {
        start = message
        onStream(socket, message, send)
      }
      socket.emit('carrier', message)
      arrivals.emit('any')
    })
    socket.on('close', () => arrivals.emit('any'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url: `http://${authority}`,
    streamUrl: `ws://${authority}/stream`,
    received,
    upgrades,
    messages,
    answer: (handler: typeof onRequest) => (onRequest = handler),
    serve: (handler: typeof onStream) => (onStream = handler),
    until: async (isSo: () => boolean) => {
      while (!isSo()) await once(arrivals, 'any')
    },
    stop: async () => {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** A sandbox and our side beside it, and what tests do with both. */
export const startPair = async (speed = 50) => {
  const us = await startOurSide()
  const sandbox = await startSandbox({
    host: '127.0.0.1',
    port: 0,
    speed,
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    apiKey: 'sk-sandbox',
    log: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
  })
  const base = `${sandbox.url}/2010-04-01/Accounts/${ACCOUNT_SID}`
  const authorization = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`
  const request = async (path: string, form?: [string, string][], headers: Record<string, string> = {}) => {
    const response = await fetch(base + path, {
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      headers: { authorization, ...headers },
    })
    return { status: response.status, body: (await response.json()) as Body }
  }
  const dial = async (more: Record<string, string> = {}): Promise<string> => {
    const { body } = await request('/Calls.json', [
      ...Object.entries({
        To: AGREES,
        From: '+14155551000',
        StatusCallback: `${us.url}/status`,
        ...('Twiml' in more ? {} : { Url: `${us.url}/twiml` }),
        ...more,
      }),
      ...['initiated', 'ringing', 'answered', 'completed'].map((e): [string, string] => [
        'StatusCallbackEvent',
        e,
      ]),
    ])
    if (!body.sid) throw new Error(JSON.stringify(body))
    return body.sid
  }
  const leg = async (sid: string): Promise<LegAccount> =>
    (await (await fetch(`${sandbox.url}/sandbox/legs/${sid}`)).json()) as LegAccount
  const statusesOf = (sid: string): Record<string, string>[] =>
    us.received.filter(one => one.path === '/status' && one.form['CallSid'] === sid).map(one => one.form)
  const ended = async (sid: string): Promise<LegAccount> => {
    const terminal = ['completed', 'busy', 'no-answer', 'canceled', 'failed']
    await us.until(() => statusesOf(sid).some(form => terminal.includes(form['CallStatus'] ?? '')))
    return leg(sid)
  }
  return {
    us,
    sandbox,
    request,
    dial,
    leg,
    ended,
    statusesOf,
    stop: async () => {
      await sandbox.stop()
      await us.stop()
    },
  }
}

export type Pair = Awaited<ReturnType<typeof startPair>>

/** TwiML that connects to the stream of our side. */
export const connectTwiml = (url: string, after = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="${url}"><Parameter name="token" value="t&amp;1"/></Stream></Connect>${after}</Response>`

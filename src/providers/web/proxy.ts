// The filtering proxy: the only way by which a stranger's website is fetched, whoever fetches it.
// P1  A name is resolved once; if any of its answers is not a global address, the request is refused.
// P2  The address that was checked is the address that is dialled: a name that resolves to something else a moment
//     later changes nothing.
// P3  Redirects, prefetches, sockets and workers of a page are requests like any other: each comes through here.
// P4  One proxy serves one page: all bytes of that page are counted together, and closing it cuts whatever it left open.
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

import { messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { isGlobalAddress } from './address.ts'

export interface FilteringProxy {
  url: string
  /** Whether the page used up its bytes; from then on nothing passes. */
  isSpent: () => boolean
  close: () => Promise<void>
}

export interface ProxyOptions {
  /** `host:port` pairs that may be reached although their address is not global, such as a site of one's own. */
  allowedHosts: string[]
  /** What may pass in both directions together. */
  maxBytes: number
  /** How names are resolved, if not by the system. */
  resolve?: (name: string) => Promise<{ address: string }[]>
  log: Log
}

class Refused extends Error {}

interface Target {
  host: string
  port: number
}

const CONNECT_TIMEOUT_MS = 10_000

const bySystem = async (name: string): Promise<{ address: string }[]> =>
  await lookup(name, { all: true, verbatim: true })

// Below 1024 a web server listens on these; the rest are other protocols, which a URL must not reach.
const isWebPort = (port: number): boolean => port === 80 || port === 443 || (port >= 1024 && port <= 65_535)

/** Starts the proxy on a free port of 127.0.0.1; it takes CONNECT and requests in absolute form (RFC 9112 §3.2). */
export const startFilteringProxy = async (options: ProxyOptions): Promise<FilteringProxy> => {
  const { allowedHosts, maxBytes, resolve = bySystem, log } = options
  const allowed = new Set(allowedHosts.map(host => host.toLowerCase()))
  const clients = new Set<Socket>()
  let bytes = 0

  const isSpent = (): boolean => bytes > maxBytes
  const cut = (): void => {
    for (const client of clients) client.destroy()
  }
  const count = (stream: Duplex | IncomingMessage): void => {
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (isSpent()) cut()
    })
  }

  const checkedAddress = async ({ host, port }: Target): Promise<string> => {
    if (isSpent()) throw new Refused('the page has used up its bytes')
    const exception = allowed.has(`${host.toLowerCase()}:${port}`)
    if (!exception && !isWebPort(port)) throw new Refused(`port ${port} is not a web server's`)
    const answers = await resolve(bare(host))
    const [first] = answers
    if (!first) throw new Refused('the name has no address')
    if (!exception && !answers.every(answer => isGlobalAddress(answer.address)))
      throw new Refused('the name leads to an address that is not public')
    return first.address
  }

  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = URL.parse(request.url ?? '')
    if (url?.protocol !== 'http:') throw new Refused('only absolute http URLs are fetched')
    const target = { host: url.hostname, port: Number(url.port || 80) }
    const upstream = httpRequest({
      host: await checkedAddress(target),
      port: target.port,
      method: request.method ?? 'GET',
      path: url.pathname + url.search,
      headers: { ...endToEnd(request.headers), host: url.host },
      agent: false,
      timeout: CONNECT_TIMEOUT_MS,
    })
    upstream.on('timeout', () => upstream.destroy(new Error('the site sent nothing for 10 s')))
    upstream.on('error', error => fail(response, error))
    upstream.on('response', answer => {
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers))
      answer.on('error', () => response.destroy())
      count(answer)
      answer.pipe(response)
    })
    response.on('close', () => upstream.destroy())
    count(request)
    request.pipe(upstream)
  }

  const onConnect = async (request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> => {
    const url = URL.parse(`http://${request.url ?? ''}`)
    if (!url) throw new Refused('CONNECT takes host:port')
    // URL leaves out port 80, the default of the scheme that it was parsed with.
    const target = { host: url.hostname, port: Number(url.port || 80) }
    const upstream = connect({ host: await checkedAddress(target), port: target.port })
    upstream.setTimeout(CONNECT_TIMEOUT_MS, () => upstream.destroy())
    upstream.on('connect', () => {
      count(upstream)
      count(client)
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.write(head)
      upstream.pipe(client)
      client.pipe(upstream)
    })
    upstream.on('error', () => client.destroy())
    upstream.on('close', () => client.destroy())
    client.on('close', () => upstream.destroy())
  }

  const noteRefusal = (error: unknown): void => {
    if (error instanceof Refused) log.warn({ reason: error.message }, 'website request refused')
  }

  const server = createServer((request, response) => {
    onRequest(request, response).catch((error: unknown) => {
      noteRefusal(error)
      fail(response, error)
    })
  })
  server.on('connection', client => {
    clients.add(client)
    client.once('close', () => clients.delete(client))
  })
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => client.destroy())
    onConnect(request, client, head).catch((error: unknown) => {
      noteRefusal(error)
      client.end(`HTTP/1.1 ${statusOf(error)} ${error instanceof Refused ? 'Forbidden' : 'Bad Gateway'}\r\n\r\n`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    isSpent,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}

/** The reason of a refusal travels in this header, for the reader's own log. */
export const REFUSAL_HEADER = 'x-errand-refused'

const statusOf = (error: unknown): number => (error instanceof Refused ? 403 : 502)

const fail = (response: ServerResponse, error: unknown): void => {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const reason = messageOf(error).replace(/[^\x20-\x7e]/g, ' ')
  // With a body, because a browser shows an error page of its own for an empty answer, and the header is lost.
  response.writeHead(statusOf(error), { [REFUSAL_HEADER]: reason, 'content-type': 'text/plain' }).end(reason)
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

// Headers of one hop only (RFC 9110 §7.6.1).
const HOP_BY_HOP = /^(connection|proxy-.*|keep-alive|te|trailer|transfer-encoding|upgrade)$/i

const endToEnd = (headers: IncomingMessage['headers']): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.test(name)))

// The filtering proxy: the only way by which a stranger's website is fetched, whoever fetches it.
// P1  A name is resolved once; if any of its answers is not a global address, the request is refused.
// P2  The address that was checked is the address that is dialled: a name that resolves to something else a moment
//     later changes nothing.
// P3  Redirects, prefetches, sockets and workers of a page are requests like any other: each comes through here.
import { lookup } from 'node:dns/promises'
import { createServer, request as httpRequest } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

import { messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { isGlobalAddress } from './address.ts'

export interface FilteringProxy {
  url: string
  close: () => Promise<void>
}

interface ProxyOptions {
  /** `host:port` pairs that may be reached although their address is not global, such as a site of one's own. */
  allowedHosts: string[]
  log: Log
}

class Refused extends Error {}

interface Target {
  host: string
  port: number
}

const CONNECT_TIMEOUT_MS = 10_000
// Below 1024 a web server listens on these; the rest are other protocols, which a URL must not reach.
const isWebPort = (port: number): boolean => port === 80 || port === 443 || (port >= 1024 && port <= 65_535)

/** Starts the proxy on a free port of 127.0.0.1; it takes CONNECT and requests in absolute form (RFC 9112 §3.2). */
export const startFilteringProxy = async ({ allowedHosts, log }: ProxyOptions): Promise<FilteringProxy> => {
  const allowed = new Set(allowedHosts.map(host => host.toLowerCase()))

  const checkedAddress = async ({ host, port }: Target): Promise<string> => {
    const exception = allowed.has(`${host.toLowerCase()}:${port}`)
    if (!exception && !isWebPort(port)) throw new Refused(`port ${port} is not a web server's`)
    const answers = await lookup(bare(host), { all: true, verbatim: true })
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
      answer.pipe(response)
    })
    response.on('close', () => upstream.destroy())
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
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => client.destroy())
    onConnect(request, client, head).catch((error: unknown) => {
      noteRefusal(error)
      client.end(`HTTP/1.1 ${statusOf(error)} ${error instanceof Refused ? 'Forbidden' : 'Bad Gateway'}\r\n\r\n`)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** The reason of a refusal travels in this header, for the reader's own log. */
export const REFUSAL_HEADER = 'x-errand-refused'

const statusOf = (error: unknown): number => (error instanceof Refused ? 403 : 502)

const fail = (response: ServerResponse, error: unknown): void => {
  if (response.headersSent) response.destroy()
  else
    response.writeHead(statusOf(error), { [REFUSAL_HEADER]: messageOf(error).replace(/[^\x20-\x7e]/g, ' ') }).end()
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

// Headers of one hop only (RFC 9110 §7.6.1).
const HOP_BY_HOP = /^(connection|proxy-.*|keep-alive|te|trailer|transfer-encoding|upgrade)$/i

const endToEnd = (headers: IncomingMessage['headers']): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.test(name)))

import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createLog } from '../../src/log.ts'
import { startFilteringProxy } from '../../src/providers/web/proxy.ts'
import type { FilteringProxy } from '../../src/providers/web/proxy.ts'
import { createWebsiteReader } from '../../src/providers/web/reader.ts'

const log = createLog('test', 'silent')
const filler = 'We are open every day but Monday, and we cook over a wood fire. '

/** A site of ours that is allowed by its `host:port`, and one on another port that is not and must never be asked. */
const startSite = async (handle: (request: IncomingMessage, response: ServerResponse) => void) => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(request.url ?? '')
    handle(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    seen,
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const html = (response: ServerResponse, body: string): void => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(body)
}

let inside: Awaited<ReturnType<typeof startSite>>
let site: Awaited<ReturnType<typeof startSite>>
let proxy: FilteringProxy

const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/': (_request, response) =>
    html(
      response,
      `<html><head><title>Nopa</title><script>var secret = 1</script></head><body><nav><a href="/">Home</a></nav>
       <article><h1>Nopa</h1><p>${filler.repeat(10)}</p></article></body></html>`,
    ),
  '/script-only': (_request, response) =>
    html(response, '<html><body><div id="root"></div><script>render("hello ".repeat(100))</script></body></html>'),
  '/hop': (_request, response) => response.writeHead(302, { location: '/' }).end(),
  '/loop': (_request, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/to-private': (_request, response) => response.writeHead(302, { location: `${inside.url}/secret` }).end(),
  '/to-file': (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/image': (_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('png'),
  '/gone': (_request, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('no'),
  '/hangs': () => {},
  '/endless': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    const more = (): void => {
      while (!response.destroyed && response.write(filler.repeat(1000)));
    }
    response.on('drain', more)
    more()
  },
  '/bomb': (_request, response) =>
    response
      .writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' })
      .end(gzipSync(Buffer.alloc(60_000_000, filler))),
  '/deep': (_request, response) => html(response, '<div>'.repeat(400_000) + filler),
}

beforeAll(async () => {
  inside = await startSite((_request, response) => html(response, `<body>${filler.repeat(9)}</body>`))
  site = await startSite((request, response) => {
    const route = routes[request.url ?? '']
    if (route) route(request, response)
    else response.writeHead(404).end()
  })
  proxy = await startFilteringProxy({ allowedHosts: [`127.0.0.1:${site.port}`], log })
})

afterAll(async () => {
  await proxy.close()
  site.close()
  inside.close()
})

const read = async (url: string, timeoutMs = 10_000) =>
  await createWebsiteReader(proxy, timeoutMs).read(url, new AbortController().signal)

it('gives the title and the readable text of a page', async () => {
  const page = await read(site.url)
  expect(page).toMatchObject({ kind: 'read', title: 'Nopa' })
  expect(page.kind === 'read' && page.text).toContain('wood fire')
  expect(page.kind === 'read' && page.text).not.toContain('secret')
})

it('follows a redirect within the public web', async () => {
  expect(await read(`${site.url}/hop`)).toMatchObject({ kind: 'read', title: 'Nopa' })
})

it.each([
  ['a page that is built by script', '/script-only', /no text without its scripts/],
  ['a redirect loop', '/loop', /redirects more than 5 times/],
  ['another type', '/image', /type is image\/png/],
  ['an error page', '/gone', /HTTP 404/],
  ['a redirect out of the web', '/to-file', /file: address/],
])('says why %s gives no context', async (_what, path, reason) => {
  const page = await read(site.url + path)
  expect(page.kind === 'unread' && page.reason).toMatch(reason)
})

it('ends a site that hangs at its time limit', async () => {
  expect(await read(`${site.url}/hangs`, 300)).toEqual({ kind: 'unread', reason: 'it took longer than 0.3 s' })
})

it.each(['/endless', '/bomb'])('reads at most 2 MB of %s, and caps the text', async path => {
  const page = await read(site.url + path)
  expect(page.kind === 'read' && page.text.length).toBe(6_000)
})

it('survives a page that is made to be hard to parse', async () => {
  expect(['read', 'unread']).toContain((await read(`${site.url}/deep`)).kind)
})

describe('a private address is never asked', () => {
  it.each([
    ['by itself', () => `${inside.url}/`],
    ['after a redirect', () => `${site.url}/to-private`],
    ['by name', () => `http://localhost:${inside.port}/`],
    ['by a name with a dot', () => `http://localhost.:${inside.port}/`],
    ['as a decimal number', () => `http://2130706433:${inside.port}/`],
    ['in hexadecimal', () => `http://0x7f000001:${inside.port}/`],
    ['in octal', () => `http://0177.0.0.1:${inside.port}/`],
    ['in short', () => `http://127.1:${inside.port}/`],
    ['as zero', () => `http://0:${inside.port}/`],
    ['mapped into IPv6', () => `http://[::ffff:127.0.0.1]:${inside.port}/`],
    ['as the IPv6 loopback', () => `http://[::1]:${inside.port}/`],
    ['with a user name in front', () => `http://example.com@127.0.0.1:${inside.port}/`],
  ])('%s', async (_how, url) => {
    const page = await read(url())
    expect(page.kind).toBe('unread')
    expect(inside.seen).toEqual([])
  })
})

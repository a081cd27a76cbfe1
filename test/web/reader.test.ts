import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createLog } from '../../src/log.ts'
import type { PageBrowser } from '../../src/providers/web/browser.ts'
import { createWebsiteReader } from '../../src/providers/web/reader.ts'
import { Unreadable } from '../../src/providers/web/unreadable.ts'

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

const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/': (_request, response) =>
    html(
      response,
      `<html><head><title>Nopa</title><script>var secret = 1</script></head><body><nav><a href="/">Home</a></nav>
       <article><h1>Nopa</h1><p>${filler.repeat(10)}</p></article></body></html>`,
    ),
  '/script-only': (_request, response) =>
    html(response, '<html><body><div id="root"></div><script>render("hello ".repeat(100))</script></body></html>'),
  '/short': (_request, response) => html(response, `<p>${filler}</p>`),
  '/short-with-script': (_request, response) => html(response, `<p>${filler}</p><script>render()</script>`),
  '/hop': (_request, response) => response.writeHead(302, { location: '/' }).end(),
  '/loop': (_request, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/301': (_request, response) => response.writeHead(301, { location: `${inside.url}/secret` }).end(),
  '/302': (_request, response) => response.writeHead(302, { location: `${inside.url}/secret` }).end(),
  '/303': (_request, response) => response.writeHead(303, { location: `${inside.url}/secret` }).end(),
  '/307': (_request, response) => response.writeHead(307, { location: `${inside.url}/secret` }).end(),
  '/308': (_request, response) => response.writeHead(308, { location: `//127.0.0.1:${inside.port}/` }).end(),
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
})

afterAll(() => {
  site.close()
  inside.close()
})

const noBrowser: Pick<PageBrowser, 'render'> = {
  render: async (): Promise<string> => {
    throw new Unreadable('there is no browser')
  },
}

const read = async (url: string, { timeoutMs = 10_000, browser = noBrowser } = {}) => {
  const reader = createWebsiteReader({ browser, timeoutMs, allowedHosts: [`127.0.0.1:${site.port}`], log })
  return await reader.read(url, new AbortController().signal)
}

it('gives the title and the readable text of a page', async () => {
  const page = await read(site.url)
  expect(page).toMatchObject({ kind: 'read', by: 'http', title: 'Nopa' })
  expect(page.kind === 'read' && page.text).toContain('wood fire')
  expect(page.kind === 'read' && page.text).not.toContain('secret')
})

it('follows a redirect within the public web', async () => {
  expect(await read(`${site.url}/hop`)).toMatchObject({ kind: 'read', title: 'Nopa' })
})

it.each([
  ['a page that is built by script', '/script-only', /there is no browser/],
  ['a redirect loop', '/loop', /redirects more than 5 times/],
  ['another type', '/image', /type is image\/png/],
  ['an error page', '/gone', /HTTP 404/],
  ['a redirect out of the web', '/to-file', /file: address/],
])('says why %s gives no context', async (_what, path, reason) => {
  const page = await read(site.url + path)
  expect(page.kind === 'unread' && page.reason).toMatch(reason)
})

it('asks the browser only for a page with scripts and little text, and takes the longer of the two', async () => {
  const asked: string[] = []
  const browser = {
    render: async (url: string) => {
      asked.push(new URL(url).pathname)
      return `<html><head><title>Rendered</title></head><body>${filler.repeat(3)}</body></html>`
    },
  }
  expect(await read(site.url, { browser })).toMatchObject({ by: 'http' })
  expect(await read(`${site.url}/short`, { browser })).toMatchObject({ by: 'http' })
  expect(await read(`${site.url}/short-with-script`, { browser })).toMatchObject({
    by: 'browser',
    title: 'Rendered',
  })
  expect(asked).toEqual(['/short-with-script'])
})

it('keeps the little text of a page that the browser cannot show', async () => {
  expect(await read(`${site.url}/short-with-script`)).toMatchObject({
    kind: 'read',
    by: 'http',
    text: filler.trim(),
  })
})

it('ends a site that hangs at its time limit', async () => {
  expect(await read(`${site.url}/hangs`, { timeoutMs: 300 })).toEqual({
    kind: 'unread',
    reason: 'it took longer than 0.3 s',
  })
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
    ['after a 301 redirect', () => `${site.url}/301`],
    ['after a 302 redirect', () => `${site.url}/302`],
    ['after a 303 redirect', () => `${site.url}/303`],
    ['after a 307 redirect', () => `${site.url}/307`],
    ['after a 308 redirect', () => `${site.url}/308`],
    ['by name', () => `http://localhost:${inside.port}/`],
    ['by a name with a dot', () => `http://localhost.:${inside.port}/`],
    ['as a decimal number', () => `http://2130706433:${inside.port}/`],
    ['in hexadecimal', () => `http://0x7f000001:${inside.port}/`],
    ['in octal', () => `http://0177.0.0.1:${inside.port}/`],
    ['in short', () => `http://127.1:${inside.port}/`],
    ['as zero', () => `http://0:${inside.port}/`],
    ['mapped into IPv6', () => `http://[::ffff:127.0.0.1]:${inside.port}/`],
    ['as the IPv6 loopback', () => `http://[::1]:${inside.port}/`],
    ['translated into IPv6 (NAT64)', () => `http://[64:ff9b::7f00:1]:${inside.port}/`],
    ['in a 6to4 address', () => `http://[2002:7f00:1::]:${inside.port}/`],
    ['compatible with IPv4', () => `http://[::127.0.0.1]:${inside.port}/`],
    ['by a name below localhost', () => `http://a.localhost:${inside.port}/`],
    ['in full-width digits', () => `http://１２７.０.０.１:${inside.port}/`],
    ['on a port of another protocol', () => 'http://127.0.0.1:22/'],
    ['with a user name in front', () => `http://example.com@127.0.0.1:${inside.port}/`],
  ])('%s', async (_how, url) => {
    const page = await read(url())
    expect(page.kind).toBe('unread')
    expect(inside.seen).toEqual([])
  })
})

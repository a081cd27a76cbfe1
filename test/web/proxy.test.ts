import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createLog } from '../../src/log.ts'
import { startFilteringProxy } from '../../src/providers/web/proxy.ts'
import type { FilteringProxy } from '../../src/providers/web/proxy.ts'

const log = createLog('test', 'silent')
let reached = 0
const server = createServer((request, response) => {
  reached += 1
  if (request.url !== '/endless') {
    response.end('inside')
    return
  }
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(16_384)));
  }
  response.on('drain', more)
  more()
})
let proxy: FilteringProxy
let port: number

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  proxy = await startFilteringProxy({ allowedHosts: [`localhost:${port}`], maxBytes: 1_000_000, log })
})
afterAll(async () => {
  await proxy.close()
  server.closeAllConnections()
  server.close()
})

/** What a proxy answers to these bytes, until it closes the connection. */
const send = async (text: string, to = proxy): Promise<string> =>
  await new Promise(resolve => {
    const socket = connect(Number(new URL(to.url).port), '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', data => (answer += data.toString()))
    // A connection that is cut is closed all the same.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
  })

it('tunnels to a site that is allowed by its name and port', async () => {
  const request = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  const answer = await send(`CONNECT localhost:${port} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n${request}`)
  expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*inside/)
})

it.each([
  ['a private address', () => `127.0.0.1:${port}`],
  ['the same in hexadecimal', () => `0x7f.1:${port}`],
  ['the loopback of IPv6', () => `[::1]:${port}`],
  ['an address mapped into IPv6', () => `[::ffff:127.0.0.1]:${port}`],
  ['another port of an allowed name', () => 'localhost:443'],
  ['a mail server', () => '8.8.8.8:25'],
  ['the metadata service', () => '169.254.169.254:80'],
])('refuses to tunnel to %s', async (_what, target) => {
  const before = reached
  expect(await send(`CONNECT ${target()} HTTP/1.1\r\nHost: ${target()}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 403 /)
  expect(reached).toBe(before)
})

it('checks where a URL leads, not what the Host header says', async () => {
  const answer = await send(
    `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
  )
  expect(answer).toMatch(/^HTTP\/1\.1 403 /)
})

it('takes no request that is not for another server', async () => {
  expect(await send('GET /status HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 403 /,
  )
})

const get = (url: string): string => `GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`

it.each([
  ['by tunnel', () => `CONNECT localhost:${port} HTTP/1.1\r\nHost: x\r\n\r\n${get('/endless')}`],
  ['by request', () => get(`http://localhost:${port}/endless`)],
])('cuts a page off that sends more than its bytes %s, and lets nothing more pass', async (_how, request) => {
  const own = await startFilteringProxy({ allowedHosts: [`localhost:${port}`], maxBytes: 500_000, log })
  expect((await send(request(), own)).length).toBeLessThan(1_500_000)
  expect(own.isSpent()).toBe(true)
  expect(await send(get(`http://localhost:${port}/`), own)).toMatch(/^HTTP\/1\.1 403 /)
  await own.close()
})

it('cuts what is still open when it is closed', async () => {
  const own = await startFilteringProxy({ allowedHosts: [`localhost:${port}`], maxBytes: 500_000, log })
  const socket = connect(Number(new URL(own.url).port), '127.0.0.1')
  const closed = new Promise(resolve => socket.once('close', resolve))
  socket.write(`CONNECT localhost:${port} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await new Promise(resolve => socket.once('data', resolve))
  await own.close()
  await closed
})

describe('a name that leads elsewhere a moment later', () => {
  // Global, and nobody's: 3000::/4 is not assigned. What is dialled there never arrives.
  const PUBLIC = '3000::1'

  it.each([
    ['by request', () => get(`http://rebind.test:${port}/`)],
    ['by tunnel', () => `CONNECT rebind.test:${port} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ])('is resolved once, and the address that was checked is dialled, %s', async (_how, request) => {
    let asked = 0
    const resolve = async () => [{ address: asked++ === 0 ? PUBLIC : '127.0.0.1' }]
    const own = await startFilteringProxy({ allowedHosts: [], maxBytes: 500_000, resolve, log })
    const before = reached
    expect(await send(request(), own)).not.toMatch(/^HTTP\/1\.1 (200|403) /)
    expect([asked, reached]).toEqual([1, before])
    await own.close()
  })

  it('is refused when only one of its addresses is private', async () => {
    const resolve = async () => [{ address: PUBLIC }, { address: '127.0.0.1' }]
    const own = await startFilteringProxy({ allowedHosts: [], maxBytes: 500_000, resolve, log })
    expect(await send(get(`http://rebind.test:${port}/`), own)).toMatch(/^HTTP\/1\.1 403 /)
    await own.close()
  })
})

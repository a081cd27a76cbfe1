import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { createLog } from '../../src/log.ts'
import { startFilteringProxy } from '../../src/providers/web/proxy.ts'
import type { FilteringProxy } from '../../src/providers/web/proxy.ts'

let reached = 0
const server = createServer((_request, response) => {
  reached += 1
  response.end('inside')
})
let proxy: FilteringProxy
let port: number

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  proxy = await startFilteringProxy({ allowedHosts: [`localhost:${port}`], log: createLog('test', 'silent') })
})
afterAll(async () => {
  await proxy.close()
  server.closeAllConnections()
  server.close()
})

/** What the proxy answers to these bytes, until it closes the connection. */
const send = async (text: string): Promise<string> =>
  await new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', data => (answer += data.toString()))
    socket.on('error', reject)
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
  expect(await send('GET /status HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /)
})

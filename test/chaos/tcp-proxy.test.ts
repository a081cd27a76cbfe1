// The proxy between real sockets: what arrives, when, and how a connection ends.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { createTcpProxy } from '../../chaos/network/tcp-proxy.ts'
import type { Tap, TcpProxy } from '../../chaos/network/tcp-proxy.ts'

let echo: Server
const proxies: TcpProxy[] = []
beforeEach(async () => {
  echo = createServer(socket => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
})
afterEach(async () => {
  await Promise.all(proxies.splice(0).map(proxy => proxy.close()))
  echo.close()
})

const proxyTo = async (tap?: Tap): Promise<TcpProxy> => {
  const { port } = echo.address() as AddressInfo
  const proxy = await createTcpProxy({ targets: () => [{ name: 'echo', port }], ...(tap && { tap }) })
  proxies.push(proxy)
  return proxy
}

const open = async ({ port }: TcpProxy): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

const read = async (socket: Socket, length: number): Promise<string> => {
  let text = ''
  while (text.length < length) text += String(((await once(socket, 'data')) as [Buffer])[0])
  return text
}

const endOf = (socket: Socket): Promise<string> =>
  new Promise(resolve => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    socket.once('close', () => resolve('closed'))
  })

it('hands on every byte in order, also more than fits into buffers', async () => {
  const socket = await open(await proxyTo())
  const text = Array.from({ length: 400_000 }, (_, n) => String(n % 10)).join('')
  const answer = read(socket, text.length)
  socket.write(text)
  expect(await answer).toBe(text)
  socket.end()
  await once(socket, 'close')
})

it('a reset cut breaks what is open and what is opened; healed, it works again', async () => {
  const proxy = await proxyTo()
  const before = await open(proxy)
  before.write('a')
  expect(await read(before, 1)).toBe('a')
  const broken = endOf(before)
  proxy.cut({ how: 'reset' })
  expect(await broken).toBe('ECONNRESET')
  const during = connect(proxy.port, '127.0.0.1')
  expect(['ECONNRESET', 'closed']).toContain(await endOf(during))
  proxy.heal()
  const after = await open(proxy)
  after.write('b')
  expect(await read(after, 1)).toBe('b')
  after.destroy()
})

it('half-open: nothing arrives and nothing ends, until the cut is over and the connection is reset', async () => {
  const proxy = await proxyTo()
  const socket = await open(proxy)
  socket.write('a')
  expect(await read(socket, 1)).toBe('a')
  proxy.cut({ how: 'half-open' })
  const seen: string[] = []
  socket.on('data', data => seen.push(String(data)))
  const ended = endOf(socket).then(how => void seen.push(how))
  socket.write('b')
  // Another proxy's whole round trip passes meanwhile.
  const other = await open(await proxyTo())
  other.write('c')
  expect(await read(other, 1)).toBe('c')
  expect(seen).toEqual([])
  proxy.heal()
  await ended
  expect(seen).toEqual(['ECONNRESET'])
  other.destroy()
})

it('delays each piece, in order', async () => {
  const proxy = await proxyTo()
  const socket = await open(proxy)
  proxy.cut({ how: 'delay', ms: 60 })
  const startedAt = performance.now()
  socket.write('one')
  socket.write('two')
  expect(await read(socket, 6)).toBe('onetwo')
  // There and back: twice the delay is the least, however busy the machine.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(115)
  socket.destroy()
})

it('trickles in small pieces, and all of it arrives', async () => {
  const proxy = await proxyTo()
  const socket = await open(proxy)
  proxy.cut({ how: 'trickle', bytesPerSecond: 2_000 })
  const pieces: number[] = []
  const text = 'x'.repeat(500)
  const whole = new Promise<void>(resolve => {
    socket.on('data', data => {
      pieces.push(data.length)
      if (pieces.reduce((sum, size) => sum + size, 0) === text.length) resolve()
    })
  })
  socket.write(text)
  await whole
  expect(pieces.length).toBeGreaterThan(3)
  expect(Math.max(...pieces)).toBeLessThanOrEqual(100)
  socket.destroy()
})

it('a tap holds a message until it says so, and what follows waits behind it', async () => {
  const held = Promise.withResolvers<'pass' | 'drop'>()
  const seen: string[] = []
  const proxy = await proxyTo((_connection, direction, chunk) => {
    seen.push(`${direction} ${String(chunk)}`)
    return direction === 'up' && String(chunk) === 'first' ? held.promise : undefined
  })
  const socket = await open(proxy)
  socket.setNoDelay(true)
  socket.write('first')
  const answer = read(socket, 11)
  while (seen.length === 0) await new Promise(resolve => setImmediate(resolve))
  socket.write('second')
  held.resolve('pass')
  expect(await answer).toBe('firstsecond')
  socket.destroy()
})

it('a dropped message does not arrive, and its connection can be answered in place of the part behind', async () => {
  const proxy = await proxyTo((connection, direction) => {
    if (direction === 'down') return undefined
    connection.answer('no')
    return Promise.resolve('drop' as const)
  })
  const socket = await open(proxy)
  const answer = read(socket, 2)
  socket.write('please')
  expect(await answer).toBe('no')
  await once(socket, 'close')
})

it('where nobody listens the next target is tried, and without one the connection is reset', async () => {
  const { port } = echo.address() as AddressInfo
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const closed = (gone.address() as AddressInfo).port
  gone.close()
  await once(gone, 'close')
  const targets = [
    { name: 'gone', port: closed },
    { name: 'echo', port },
  ]
  const proxy = await createTcpProxy({ targets: () => targets })
  proxies.push(proxy)
  const socket = await open(proxy)
  socket.write('a')
  expect(await read(socket, 1)).toBe('a')
  socket.destroy()
  targets.pop()
  const refused = connect(proxy.port, '127.0.0.1')
  expect(['ECONNRESET', 'closed']).toContain(await endOf(refused))
})

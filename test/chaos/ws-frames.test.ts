import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import { expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

import { createWsScanner } from '../../chaos/network/ws-frames.ts'
import { createTcpProxy } from '../../chaos/network/tcp-proxy.ts'

/** All bytes that a real client sends to a real server for these messages. */
const bytesOf = async (messages: readonly string[]): Promise<Buffer> => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const chunks: Buffer[] = []
  const { port } = server.address() as AddressInfo
  const proxy = await createTcpProxy({
    targets: () => [{ name: 'server', port }],
    tap: (_connection, direction, chunk) => {
      if (direction === 'up') chunks.push(chunk)
      return undefined
    },
  })
  const client = new WebSocket(`ws://127.0.0.1:${proxy.port}/`, { perMessageDeflate: false })
  await once(client, 'open')
  for (const message of messages) client.send(message)
  client.close()
  await once(client, 'close')
  await proxy.close()
  server.close()
  return Buffer.concat(chunks)
}

it('finds every message of a real client, unmasked, however the bytes are cut', async () => {
  const messages = ['one', 'x'.repeat(200), 'y'.repeat(70_000), '', 'last']
  const bytes = await bytesOf(messages)
  for (const size of [1, 7, 1_000, bytes.length]) {
    const found: string[] = []
    const scanner = createWsScanner((opcode, start) => {
      if (opcode === 1) found.push(start())
    })
    for (let at = 0; at < bytes.length; at += size) scanner.read(bytes.subarray(at, at + size))
    expect(found.map(text => text.slice(0, 100))).toEqual(messages.map(text => text.slice(0, 100)))
  }
})

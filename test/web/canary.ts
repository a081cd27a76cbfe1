// Something inside: whatever reaches its port on 127.0.0.1, by TCP or UDP, is written down.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export const startCanary = async () => {
  const contacts: string[] = []
  const open = new Set<Socket>()
  const tcp = createServer(socket => {
    open.add(socket)
    contacts.push('a TCP connection')
    socket.on('error', () => undefined)
    socket.on('data', data => contacts.push(data.toString().split('\r\n')[0] ?? ''))
    // An answer that any page could read, to make a breach a whole one.
    socket.write('HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 6\r\n\r\ninside')
  })
  tcp.listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const { port } = tcp.address() as AddressInfo
  const udp = createSocket('udp4', message => contacts.push(`a UDP message of ${message.length} bytes`))
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  return {
    port,
    contacts,
    close: () => {
      for (const socket of open) socket.destroy()
      tcp.close()
      udp.close()
    },
  }
}

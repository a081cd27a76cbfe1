// The proxies between the parts of a stack, one for each link of each process.
import { LINKS } from '../faults/fault.ts'
import type { Cut, LinkKind, ProcessName } from '../faults/fault.ts'
import { createTcpProxy } from './tcp-proxy.ts'
import type { Connection, Tap, Target, TcpProxy } from './tcp-proxy.ts'
import type { Watches } from './watch.ts'
import { createWsScanner } from './ws-frames.ts'
import type { WsScanner } from './ws-frames.ts'

export interface Link {
  kind: LinkKind
  process: ProcessName
  proxy: TcpProxy
}

/** Who a media stream or a model session is for is said in its first messages; names are kept by connection. */
interface Socket {
  scanner: WsScanner
  /** What the first messages said. */
  introduction: string
  messages: number
}

const INTRODUCTION_MESSAGES = 4

/** A tap that reads a WebSocket's messages on their way up: `media` streams and `model` sessions. */
const socketTap = (
  seenBy: (
    connection: Connection,
    direction: 'up' | 'down',
    chunk: Buffer,
    socket: Socket,
    fresh: number,
  ) => ReturnType<Tap>,
): Tap => {
  const sockets = new WeakMap<Connection, Socket>()
  const create = (): Socket => {
    const socket: Socket = {
      introduction: '',
      messages: 0,
      scanner: createWsScanner((_opcode, start) => {
        socket.messages += 1
        if (socket.messages <= INTRODUCTION_MESSAGES) socket.introduction += start()
      }),
    }
    return socket
  }
  return (connection, direction, chunk) => {
    const socket = sockets.get(connection) ?? create()
    sockets.set(connection, socket)
    const before = socket.messages
    if (direction === 'up') socket.scanner.read(chunk)
    return seenBy(connection, direction, chunk, socket, socket.messages - before)
  }
}

interface Request {
  chunk: Buffer
  message: object
}

/** A tap that sees a request of HTTP/1.1 as one message, however many pieces it comes in. */
const requestTap = (
  seenBy: (connection: Connection, direction: 'up' | 'down', request: Request) => ReturnType<Tap>,
): Tap => {
  const requests = new WeakMap<Connection, Request>()
  return (connection, direction, chunk) => {
    if (direction === 'down') {
      requests.delete(connection)
      return seenBy(connection, direction, { chunk, message: {} })
    }
    const before = requests.get(connection)
    const request = before
      ? { chunk: Buffer.concat([before.chunk, chunk]), message: before.message }
      : { chunk, message: {} }
    requests.set(connection, request)
    return seenBy(connection, direction, request)
  }
}

/** A tap of a link: what it sees goes to the watches. */
export const tapOf = (
  kind: LinkKind,
  processOf: (connection: Connection) => ProcessName,
  watches: Watches,
): Tap => {
  const plain: Tap = (connection, direction, chunk) =>
    watches.isQuiet()
      ? undefined
      : watches.see({ link: kind, process: processOf(connection), connection, chunk, message: {} }, direction)
  if (kind === 'calls>carrier' || kind === 'calls>model' || kind === 'front>api')
    return requestTap((connection, direction, request) =>
      watches.see({ link: kind, process: processOf(connection), connection, ...request }, direction),
    )
  if (kind !== 'carrier>media' && kind !== 'media>model') return plain
  return socketTap((connection, direction, chunk, socket, fresh) => {
    if (watches.isQuiet()) return undefined
    const seen = { link: kind, process: processOf(connection), connection, chunk, message: {} }
    const introduction = Buffer.from(socket.introduction, 'latin1')
    // Whose it is stands in the introduction; what it says, in the chunk itself where it is not masked.
    const text = (): Buffer => Buffer.concat([introduction, chunk])
    if (direction === 'down' || socket.messages === 0) return watches.see(seen, direction, text)
    for (let n = 0; n < fresh; n++) {
      const held = watches.see({ ...seen, message: {} }, direction, text)
      if (held) return held
    }
    return undefined
  })
}

export interface Links {
  /** The port at which a process finds what is at the other end of a link. */
  port: (kind: LinkKind, process: ProcessName) => number
  of: (kind: LinkKind, process?: ProcessName) => Link[]
  cut: (links: readonly Link[], cut: Cut) => void
  heal: (links: readonly Link[]) => void
  close: () => Promise<void>
}

const instancesOf = (kind: LinkKind): ProcessName[] => {
  const role = kind === 'carrier>media' || kind === 'media>model' ? 'media' : kind.split('>')[0]
  return [`${role}-1`, `${role}-2`] as ProcessName[]
}

/** Opens all links but the front; `targetOf` says what is behind each. */
export const createLinks = async (
  watches: Watches,
  targetOf: (kind: LinkKind, process: ProcessName) => Target,
): Promise<Links> => {
  const links: Link[] = []
  for (const kind of LINKS.filter(kind => kind !== 'front>api'))
    for (const process of instancesOf(kind)) {
      const target = targetOf(kind, process)
      const proxy = await createTcpProxy({
        targets: () => [target],
        tap: tapOf(kind, () => process, watches),
      })
      links.push({ kind, process, proxy })
    }
  const of = (kind: LinkKind, process?: ProcessName): Link[] =>
    links.filter(link => link.kind === kind && (process === undefined || link.process === process))
  return {
    port: (kind, process) => of(kind, process)[0]?.proxy.port ?? 0,
    of,
    cut: (those, cut) => those.forEach(({ proxy }) => proxy.cut(cut)),
    heal: those => those.forEach(({ proxy }) => proxy.heal()),
    close: async () => void (await Promise.all(links.map(({ proxy }) => proxy.close()))),
  }
}

// A TCP proxy between two parts, which can be cut and whose traffic can be watched.
// X1  Bytes arrive in order and unchanged, or not at all.
// X2  A tap that returns a promise holds its direction of that connection until the promise says `pass` or `drop`.
// X3  `half-open`: both ends keep an open socket on which nothing arrives; such a connection never works again. It is
//     reset when the cut ends, as a peer does that knows of no connection.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Cut } from '../faults/fault.ts'

export type Verdict = 'pass' | 'drop'

/** One connection: `up` goes to the part behind the proxy. */
export interface Connection {
  id: number
  /** The name of the part behind. */
  target: string
  reset: () => void
  /** Answers in place of the part behind, and closes. */
  answer: (bytes: string) => void
}

/** Sees every chunk before it is handed on. */
export type Tap = (connection: Connection, direction: 'up' | 'down', chunk: Buffer) => Promise<Verdict> | undefined

export interface Target {
  name: string
  port: number
}

export interface ProxyOptions {
  /** The parts to connect to, in order of preference: the next one is tried where nobody listens. */
  targets: () => readonly Target[]
  tap?: Tap
}

export interface TcpProxy {
  port: number
  /** From now on, until `heal`. */
  cut: (cut: Cut) => void
  heal: () => void
  /** Resets the connections to a target that carry nothing now: it is not to be asked any more. */
  leave: (target: string) => void
  close: () => Promise<void>
}

interface Live {
  connection: Connection
  client: Socket
  server: Socket | null
  isDead: boolean
  /** The last chunk was an answer. */
  isIdle: boolean
}

const TRICKLE_MS = 50

/** Starts listening on a free port. */
export const createTcpProxy = async ({ targets, tap }: ProxyOptions): Promise<TcpProxy> => {
  const lives = new Set<Live>()
  let state: Cut | null = null
  let count = 0

  /** Hands on what comes from one side; while something is held or slow, what follows waits behind it. */
  const pipe = (live: Live, direction: 'up' | 'down', from: Socket, to: Socket): void => {
    let tail: Promise<void> | null = null
    const write = (chunk: Buffer): void => {
      if (live.isDead || to.destroyed) return
      if (!to.write(chunk) && !from.destroyed) {
        from.pause()
        to.once('drain', () => {
          if (tail === null) from.resume()
        })
      }
    }
    const trickle = async (chunk: Buffer): Promise<void> => {
      for (let rest = chunk; rest.length > 0;) {
        const size = state?.how === 'trickle' ? Math.ceil((state.bytesPerSecond * TRICKLE_MS) / 1000) : rest.length
        write(rest.subarray(0, size))
        rest = rest.subarray(size)
        if (state?.how === 'trickle') await sleep(TRICKLE_MS)
      }
    }
    const slowly = async (chunk: Buffer): Promise<void> => {
      const verdict = await tap?.(live.connection, direction, chunk)
      if (state?.how === 'delay') await sleep(state.ms)
      if (verdict !== 'drop') await trickle(chunk)
    }
    const follow = (work: Promise<void>): void => {
      from.pause()
      const mine = work.then(() => {
        if (tail !== mine) return
        tail = null
        if (!live.isDead) from.resume()
      })
      tail = mine
    }
    from.on('data', (chunk: Buffer) => {
      live.isIdle = direction === 'down'
      if (live.isDead) return
      if (tail !== null) return follow(tail.then(() => slowly(chunk)))
      if (state?.how === 'delay' || state?.how === 'trickle') return follow(slowly(chunk))
      const held = tap?.(live.connection, direction, chunk)
      if (held === undefined) return write(chunk)
      follow(held.then(verdict => (verdict === 'pass' ? write(chunk) : undefined)))
    })
    from.on('end', () => void (tail ?? Promise.resolve()).then(() => live.isDead || to.end()))
  }

  const reset = (live: Live): void => {
    live.isDead = true
    lives.delete(live)
    live.client.resetAndDestroy()
    live.server?.resetAndDestroy()
  }

  const open = async (live: Live): Promise<void> => {
    for (const { name, port } of targets()) {
      const server = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true })
      const isOpen = await once(server, 'connect').then(
        () => true,
        () => false,
      )
      if (!isOpen) continue
      if (live.isDead || live.client.destroyed) return void server.destroy()
      live.server = server
      live.connection.target = name
      server.on('error', () => reset(live))
      server.on('close', () => live.client.destroySoon())
      pipe(live, 'up', live.client, server)
      pipe(live, 'down', server, live.client)
      return
    }
    // Nobody listens: as close to a refused connection as a proxy comes.
    reset(live)
  }

  const listener = createServer({ noDelay: true, allowHalfOpen: true }, client => {
    const live: Live = {
      connection: {
        id: ++count,
        target: '',
        reset: () => reset(live),
        answer: bytes => {
          live.isDead = true
          live.server?.destroy()
          client.end(bytes)
        },
      },
      client,
      server: null,
      isDead: false,
      isIdle: false,
    }
    lives.add(live)
    client.on('error', () => reset(live))
    client.on('close', () => {
      lives.delete(live)
      live.server?.destroySoon()
    })
    if (state?.how === 'reset') reset(live)
    else if (state?.how === 'half-open') live.isDead = true
    else void open(live)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')

  return {
    port: (listener.address() as AddressInfo).port,
    cut: cut => {
      state = cut
      if (cut.how === 'reset') for (const live of lives) reset(live)
      if (cut.how === 'half-open') for (const live of lives) live.isDead = true
    },
    heal: () => {
      state = null
      for (const live of lives) if (live.isDead) reset(live)
    },
    leave: target => {
      for (const live of lives) if (live.connection.target === target && live.isIdle) reset(live)
    },
    close: async () => {
      for (const live of lives) reset(live)
      listener.close()
      await once(listener, 'close')
    },
  }
}

// The real stack with two of each process, every connection between two parts of it through a proxy.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Client, Connection as TemporalConnection } from '@temporalio/client'
import { MongoClient } from 'mongodb'
import type { Db } from 'mongodb'

import { createFamily } from '../devstack/children.ts'
import { choosePorts } from '../devstack/ports.ts'
import type { Progress } from '../devstack/progress.ts'
import { servicesOf } from '../devstack/services.ts'
import type { Service } from '../devstack/services.ts'
import { SetupError } from '../devstack/setup-error.ts'
import { startStack } from '../devstack/stack.ts'
import type { Timeouts } from '../src/timeouts.ts'
import type { LinkKind, ProcessName, ServerName } from './faults/fault.ts'
import { createLinks, tapOf } from './network/links.ts'
import type { Links } from './network/links.ts'
import { createTcpProxy } from './network/tcp-proxy.ts'
import type { Target, TcpProxy } from './network/tcp-proxy.ts'
import { createWatches } from './network/watch.ts'
import type { Watches } from './network/watch.ts'
import { createProcesses } from './processes.ts'
import type { Processes } from './processes.ts'

const ROOT = join(import.meta.dirname, '..')
const ROLES = ['api', 'calls', 'media'] as const
const NUMBERS = [1, 2] as const

export interface ChaosStackOptions {
  dataDir: string
  progress: Progress
  signal: AbortSignal
  speed: number
  timeouts: Partial<Timeouts>
  /** Default: this process's own, without servers: the stack brings its own. */
  env: NodeJS.ProcessEnv
}

export interface ChaosStack {
  /** Clients and the carrier come in here, and reach either API process. */
  frontUrl: string
  front: TcpProxy
  sandboxUrl: string
  /** The harness's own way to the store and to the engine: no proxy is in it. */
  db: Db
  temporal: Client
  links: Links
  watches: Watches
  processes: Processes
  /** kill -9. */
  killServer: (server: ServerName) => Promise<void>
  /** Starts it again, on the same port and data. */
  restartServer: (server: ServerName) => Promise<void>
  /** The process at whose stream address the carrier connects. */
  mediaOf: (streamUrl: string) => ProcessName | null
  logDir: string
  died: Promise<string>
  stop: () => Promise<void>
}

const portOf = (address: string): number =>
  Number(new URL(address.includes('://') ? address : `tcp://${address}`).port)

/** The service with the addresses of its own proxies in place of the parts themselves. */
const behindProxies = (service: Service, process: ProcessName, port: number, around: Around): Service => {
  const { links, frontUrl, timeouts } = around
  const role = process.split('-')[0] as (typeof ROLES)[number]
  const local = (kind: LinkKind): string => `127.0.0.1:${links.port(kind, process)}`
  const own: NodeJS.ProcessEnv = {
    PORT: String(port),
    LOG_LEVEL: 'info',
    TIMEOUTS: JSON.stringify(timeouts),
    MONGODB_URL: `mongodb://${local(`${role}>store`)}/?directConnection=true&journal=true`,
    TEMPORAL_ADDRESS: local(`${role}>temporal`),
    ...(role !== 'media' && { PUBLIC_URL: frontUrl }),
    ...(role === 'calls' && {
      TEST_TWILIO_BASE_URL: `http://${local('calls>carrier')}`,
      TEST_OPENAI_BASE_URL: `http://${local('calls>model')}/v1`,
    }),
    ...(role === 'media' && {
      TEST_OPENAI_BASE_URL: `http://${local('media>model')}/v1`,
      MEDIA_PUBLIC_URL: `ws://${local('carrier>media')}`,
    }),
  }
  return { ...service, name: process, port, env: { ...service.env, ...own } }
}

/** The payment provider's events come in where everything does. */
const eventsThrough = (service: Service, frontUrl: string): Service => {
  const url = service.env['SANDBOX_STRIPE_WEBHOOK_URL']
  if (!url) return service
  const { pathname } = new URL(url)
  return { ...service, env: { ...service.env, SANDBOX_STRIPE_WEBHOOK_URL: `${frontUrl}${pathname}` } }
}

interface Around {
  links: Links
  frontUrl: string
  timeouts: Partial<Timeouts>
}

/** Brings everything up. Throws SetupError, with nothing left running, where it cannot. */
export const startChaosStack = async (options: ChaosStackOptions): Promise<ChaosStack> => {
  const { dataDir, progress, signal, env } = options
  const name = `chaos-${randomUUID()}`
  const closing: (() => Promise<unknown>)[] = []
  const stopOnce = async (): Promise<void> => {
    for (const close of closing.toReversed()) await close().catch(() => undefined)
  }
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => (stopped ??= stopOnce())
  const death = Promise.withResolvers<string>()
  try {
    const servers = await startStack({
      dataDir,
      progress,
      signal,
      env,
      ports: 'free',
      parts: 'servers',
      ui: false,
      database: name,
      namespace: name,
    })
    closing.push(servers.stop)
    void servers.died.then(death.resolve)

    const first = await choosePorts('free', ['sandbox', 'api', 'calls', 'media'], {})
    const second = await choosePorts('free', ['api', 'calls', 'media'], {})
    const ports = { 1: first, 2: second }
    const sandboxUrl = `http://127.0.0.1:${first.sandbox}`
    const portOfProcess = (process: ProcessName): number => {
      const [role, number] = process.split('-') as [(typeof ROLES)[number], '1' | '2']
      return ports[number][role]
    }
    const targetOf = (kind: LinkKind, process: ProcessName): Target => {
      const [from = '', to = ''] = kind.split('>')
      if (to === 'store') return { name: to, port: portOf(servers.mongodbUrl) }
      if (to === 'temporal') return { name: to, port: portOf(servers.temporalAddress) }
      if (from === 'carrier') return { name: process, port: portOfProcess(process) }
      return { name: to, port: first.sandbox }
    }
    const watches = createWatches()
    const links = await createLinks(watches, targetOf)
    closing.push(links.close)

    const family = createFamily()
    closing.push(family.close)
    const logDir = join(dataDir, 'logs')
    const processes = createProcesses({
      family,
      logDir,
      root: ROOT,
      signal,
      onDeath: (process, how) => death.resolve(`${process} ${how}, and nobody had ended it`),
    })
    let turn = 0
    const front = await createTcpProxy({
      // As a load balancer does: in turn, and only those that answer.
      targets: () => {
        const all = (turn++ % 2 === 0 ? (['api-1', 'api-2'] as const) : (['api-2', 'api-1'] as const)).map(
          name => ({ name, port: portOfProcess(name) }),
        )
        return all.toSorted(
          (a, b) => Number(processes.state(a.name) !== 'up') - Number(processes.state(b.name) !== 'up'),
        )
      },
      tap: tapOf('front>api', ({ target }) => target as ProcessName, watches),
    })
    closing.push(front.close)
    closing.push(processes.close)
    const frontUrl = `http://127.0.0.1:${front.port}`

    const services = servicesOf({
      ports: first,
      env: { ...env, TWILIO_ACCOUNT_SID: '', OPENAI_API_KEY: '' },
      mongodbUrl: servers.mongodbUrl,
      database: name,
      temporalAddress: servers.temporalAddress,
      temporalNamespace: name,
      speed: options.speed,
    })
    const around = { links, frontUrl, timeouts: options.timeouts }
    const all = services.flatMap(service => {
      const role = ROLES.find(role => role === service.name)
      if (!role) return [eventsThrough(service, frontUrl)]
      return NUMBERS.map(number => behindProxies(service, `${role}-${number}`, ports[number][role], around))
    })
    await progress.step('processes', 'starting', async () => {
      await Promise.all(all.map(service => processes.start(service)))
      return { value: undefined, done: all.map(({ name }) => name).join(', ') }
    })

    const mongo = await MongoClient.connect(servers.mongodbUrl)
    closing.push(() => mongo.close())
    const connection = await TemporalConnection.connect({ address: servers.temporalAddress })
    closing.push(() => connection.close())
    return {
      frontUrl,
      front,
      sandboxUrl,
      db: mongo.db(name),
      temporal: new Client({ connection, namespace: name }),
      links,
      watches,
      processes,
      killServer: servers.kill,
      restartServer: servers.restart,
      mediaOf: url => {
        const port = portOf(url)
        return (
          NUMBERS.map(number => `media-${number}` as const).find(
            process => links.port('carrier>media', process) === port,
          ) ?? null
        )
      },
      logDir,
      died: death.promise,
      stop,
    }
  } catch (error) {
    await stop()
    if (signal.aborted) throw new SetupError('stopped')
    throw error
  }
}

// The embedded stack: Temporal, the store, the sandbox, the API and the workers, as real processes on this machine.
// S1  One stack has a data folder at a time.
// S2  `stop` ends the processes that take work before those that they need; the order is `stopOrder`.
// S3  A stack that cannot come up whole leaves nothing running.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createFamily, type Child } from './children.ts'
import { explainDisk } from './cache.ts'
import { tryLock } from './lock.ts'
import { choosePorts, type PortName } from './ports.ts'
import type { Progress } from './progress.ts'
import { answersOk, describeEnding, untilReady } from './ready.ts'
import { servicePorts, servicesOf, type Service } from './services.ts'
import { SetupError } from './setup-error.ts'
import { startStore } from './store.ts'
import { startTemporal } from './temporal.ts'
import type { Workshop } from './tools.ts'

/** What to bring up, and how. */
export type StackOptions = {
  /** Data and logs; made when missing. */
  dataDir: string
  progress: Progress
  /** The fixed ports of `npm start`, or free ones. */
  ports: 'standard' | 'free'
  /** Temporal and the store alone, or everything (default). */
  parts?: 'servers' | 'all'
  /** Media time per wall time of the sandbox, default 20. */
  speed?: number
  /** Media workers of each mode, default 1. */
  mediaWorkers?: 1 | 2
  /** Whether Temporal's UI is started; default true. */
  ui?: boolean
  /** Name of the database and of the Temporal namespace; defaults `errand` and `default`. */
  database?: string
  namespace?: string
  /** Ends a start that is under way. */
  signal?: AbortSignal
  /** Default: this process's own. */
  env?: NodeJS.ProcessEnv
}

/** A stack that is up. Addresses of parts that were not asked for are empty. */
export type Stack = {
  temporalAddress: string
  temporalNamespace: string
  temporalUiUrl: string | null
  mongodbUrl: string
  storeKind: 'mongod' | 'ferretdb' | 'given'
  database: string
  apiUrl: string
  sandboxUrl: string
  mediaUrl: string
  /** Where each media worker listens, by its process's name. */
  mediaUrls: Record<string, string>
  callsUrl: string
  logDir: string
  /** Process ids by name: temporal, store, sandbox, api, calls, media, and media-2 where there is a second one. */
  pids: Record<string, number>
  /** Resolves with a text for the person once a child ends that nobody stopped or killed. */
  died: Promise<string>
  /** kill -9 of one of the processes; resolves when it has ended. */
  kill: (name: string) => Promise<void>
  /** Starts a server that was killed once more, on the same port and data. */
  restart: (server: 'temporal' | 'store') => Promise<void>
  stop: () => Promise<void>
}

const root = join(import.meta.dirname, '..')

// Those named together are stopped at the same time.
const stopOrder = [
  ['media-live', 'media-live-2', 'media', 'media-2', 'calls-live', 'calls'],
  ['api'],
  ['sandbox'],
  ['store', 'temporal'],
]

type Adopt = (child: Child) => void

const lockData = (dataDir: string): (() => void) => {
  try {
    const attempt = tryLock(join(dataDir, 'lock'))
    if (attempt.kind === 'taken') return attempt.release
    throw new SetupError(
      `a stack runs already on ${dataDir} (process ${attempt.pid}). Stop it first, with Ctrl-C where it was started.`,
    )
  } catch (error) {
    throw explainDisk(error, dataDir)
  }
}

const neededPorts = (
  { parts = 'all', ui = true, mediaWorkers }: StackOptions,
  env: NodeJS.ProcessEnv,
): PortName[] => [
  ...(env['TEMPORAL_ADDRESS'] ? [] : (['temporal', ...(ui ? (['temporalUi'] as const) : [])] as const)),
  ...(env['MONGODB_URL'] ? [] : (['store'] as const)),
  ...(parts === 'all' ? servicePorts(env, mediaWorkers) : []),
]

const startService = (workshop: Workshop, service: Service, progress: Progress, adopt: Adopt): Promise<void> =>
  progress.step(service.name, 'starting', async () => {
    const { name, script, args, env, port } = service
    const logFile = join(workshop.logDir, `${name}.log`)
    const child = workshop.family.start({
      name,
      file: process.execPath,
      args: [script, ...args],
      env,
      cwd: root,
      logFile,
    })
    adopt(child)
    const url = `http://127.0.0.1:${port}`
    await untilReady(name, child, workshop.signal, () => answersOk(`${url}/healthz`))
    return { value: undefined, done: `listens on ${url}` }
  })

/** Watches over the servers that the stack has started: who ended unasked, and in which order they are stopped. */
const createWatch = () => {
  const servers: Child[] = []
  const death = Promise.withResolvers<string>()
  const killed = new Set<Child>()
  let isStopping = false
  const watch = async (child: Child): Promise<void> => {
    const ending = await child.ended
    if (!isStopping && !killed.has(child)) death.resolve(describeEnding(ending, child.logFile))
  }
  const adopt = (child: Child): void => {
    servers.push(child)
    void watch(child)
  }
  const stop = async (): Promise<void> => {
    isStopping = true
    for (const names of stopOrder)
      await Promise.all(servers.filter(child => names.includes(child.name)).map(child => child.stop()))
  }
  const kill = async (name: string): Promise<void> => {
    for (const child of servers.filter(child => child.name === name && !killed.has(child))) {
      killed.add(child)
      process.kill(child.pid, 'SIGKILL')
      await child.ended
    }
  }
  const pids = (): Record<string, number> => Object.fromEntries(servers.map(child => [child.name, child.pid]))
  return { adopt, stop, kill, pids, died: death.promise }
}

type Base = Pick<Stack, 'stop' | 'kill' | 'died' | 'pids' | 'logDir'>

const silent: Progress = {
  step: async (_name, _doing, work) => (await work(() => undefined)).value,
  note: () => undefined,
}

const bringUp = async (
  workshop: Workshop,
  options: StackOptions,
  dataDir: string,
  adopt: Adopt,
): Promise<Omit<Stack, keyof Base>> => {
  const { progress, parts = 'all', speed = 20, ui = true, database = 'errand', namespace = 'default' } = options
  const { env } = workshop
  mkdirSync(workshop.logDir, { recursive: true })
  const ports = await choosePorts(options.ports, neededPorts(options, env), env)
  const temporalOptions = { dataDir, port: ports.temporal, uiPort: ui ? ports.temporalUi : 0, namespace }
  const start = {
    temporal: (shown: Progress) => startTemporal(workshop, temporalOptions, shown, adopt),
    store: (shown: Progress) => startStore(workshop, { dataDir, port: ports.store }, shown, adopt),
  }
  const [temporal, store] = [await start.temporal(progress), await start.store(progress)]
  const servers = {
    restart: async (server: keyof typeof start) => void (await start[server](silent)),
    temporalAddress: temporal.address,
    temporalNamespace: namespace,
    temporalUiUrl: temporal.uiUrl,
    mongodbUrl: store.url,
    storeKind: store.kind,
    database,
  }
  if (parts === 'servers')
    return { ...servers, apiUrl: '', sandboxUrl: '', mediaUrl: '', mediaUrls: {}, callsUrl: '' }
  const services = servicesOf({ ...servers, ports, env, speed, mediaWorkers: options.mediaWorkers ?? 1 })
  await Promise.all(services.map(service => startService(workshop, service, progress, adopt)))
  const url = (port: number): string => `http://127.0.0.1:${port}`
  return {
    ...servers,
    apiUrl: url(ports.api),
    sandboxUrl: url(ports.sandbox),
    mediaUrl: url(ports.media),
    mediaUrls: {
      media: url(ports.media),
      ...(options.mediaWorkers === 2 && { 'media-2': url(ports.media2) }),
    },
    callsUrl: url(ports.calls),
  }
}

/** Brings the stack up. Throws SetupError, with nothing left running, where it cannot. */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const { env = process.env, signal = new AbortController().signal } = options
  const dataDir = resolve(options.dataDir)
  const logDir = join(dataDir, 'logs')
  const release = lockData(dataDir)
  const family = createFamily()
  const watch = createWatch()
  const stopOnce = async (): Promise<void> => {
    await watch.stop()
    await family.close()
    release()
  }
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => (stopped ??= stopOnce())
  try {
    const stack = await bringUp({ family, env, logDir, signal }, options, dataDir, watch.adopt)
    return { ...stack, logDir, pids: watch.pids(), died: watch.died, kill: watch.kill, stop }
  } catch (error) {
    await stop()
    throw explainDisk(error, dataDir)
  }
}

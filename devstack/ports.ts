// Ports of the stack's processes: the fixed ones of `npm start`, or free ones for the demo and the tests.
import { createServer } from 'node:net'
import { errorCode, SetupError } from './setup-error.ts'

const table = {
  api: { label: 'API', variable: 'API_PORT', standard: 4010 },
  media: { label: 'media worker', variable: 'MEDIA_PORT', standard: 4011 },
  calls: { label: 'calls worker', variable: 'CALLS_PORT', standard: 4012 },
  media2: { label: 'second media worker', variable: 'MEDIA_2_PORT', standard: 4015 },
  liveMedia: { label: 'live media worker', variable: 'LIVE_MEDIA_PORT', standard: 4013 },
  liveCalls: { label: 'live calls worker', variable: 'LIVE_CALLS_PORT', standard: 4014 },
  liveMedia2: { label: 'second live media worker', variable: 'LIVE_MEDIA_2_PORT', standard: 4016 },
  sandbox: { label: 'sandbox', variable: 'SANDBOX_PORT', standard: 4020 },
  store: { label: 'store', variable: 'STORE_PORT', standard: 4027 },
  temporal: { label: 'Temporal', variable: 'TEMPORAL_PORT', standard: 4033 },
  temporalUi: { label: 'Temporal UI', variable: 'TEMPORAL_UI_PORT', standard: 4034 },
} as const

/** Each variable that moves a port of `npm start`, with the port that is taken without it. */
export const portPage = (): string =>
  Object.values(table)
    .filter(({ label }) => !label.startsWith('second'))
    .map(({ variable, label, standard }) => `  ${variable.padEnd(32)}${label}, ${standard} if not set`)
    .join('\n')

/** What listens on a port of its own. */
export type PortName = keyof typeof table
export type Ports = Record<PortName, number>

const canListen = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', error => {
      const code = errorCode(error)
      if (code === 'EADDRINUSE' || code === 'EACCES') resolve(false)
      else reject(error)
    })
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

const fromEnvironment = (name: PortName, env: NodeJS.ProcessEnv): number | undefined => {
  const { variable } = table[name]
  const value = env[variable]
  if (value === undefined || value === '') return undefined
  const port = Number(value)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new SetupError(`${variable} is "${value}"; it must be a port number from 1 to 65535`)
}

const takeFixed = async (name: PortName, port: number): Promise<number> => {
  if (await canListen(port)) return port
  const { label, variable } = table[name]
  throw new SetupError(`port ${port} is taken (${label}). Stop what listens there or set ${variable}.`)
}

/** No port is found free twice: the process that is to listen there may not have been started yet. */
const given = new Set<number>()

/**
 * Below the range that the system takes outgoing ports from: a port found free there stays free until its process
 * listens, though other servers open many connections meanwhile.
 */
const takeFree = async (): Promise<number> => {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (given.has(port)) continue
    given.add(port)
    if (await canListen(port)) return port
  }
  throw new SetupError('no free port found between 20000 and 32000')
}

/** A port for each of `names`: from its variable, else the standard one or a free one. Throws SetupError if taken. */
export const choosePorts = async (
  kind: 'standard' | 'free',
  names: readonly PortName[],
  env: NodeJS.ProcessEnv,
): Promise<Ports> => {
  const ports: Ports = {
    api: 0,
    media: 0,
    media2: 0,
    calls: 0,
    liveMedia: 0,
    liveMedia2: 0,
    liveCalls: 0,
    sandbox: 0,
    store: 0,
    temporal: 0,
    temporalUi: 0,
  }
  const taken = new Set<number>()
  for (const name of names) {
    const wanted = fromEnvironment(name, env) ?? (kind === 'standard' ? table[name].standard : undefined)
    if (wanted !== undefined && taken.has(wanted))
      throw new SetupError(`port ${wanted} is given to two processes; see ${table[name].variable}`)
    ports[name] = wanted === undefined ? await takeFree() : await takeFixed(name, wanted)
    taken.add(ports[name])
  }
  return ports
}

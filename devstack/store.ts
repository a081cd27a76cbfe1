// The store of the stack: the one at MONGODB_URL, or mongod, or the embedded one (store/main.go).
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { findStore } from './binaries.ts'
import type { Child } from './children.ts'
import type { Progress } from './progress.ts'
import { untilReady } from './ready.ts'
import { baseEnvironment, type Workshop } from './tools.ts'

/** Where the store answers, and what it is. */
export type StoreServer = { url: string; kind: 'mongod' | 'ferretdb' | 'given'; child: Child | null }

const folderOf = (dataDir: string, kind: 'mongod' | 'ferretdb'): string => join(dataDir, `store-${kind}`)

/** The kind of store that wrote the data that is already there. */
const keptKind = (dataDir: string): 'mongod' | 'ferretdb' | undefined =>
  (['ferretdb', 'mongod'] as const).find(kind => existsSync(folderOf(dataDir, kind)))

const ping = async (url: string, limitMs: number): Promise<void> => {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: limitMs })
  try {
    await client.db('admin').command({ ping: 1 })
  } finally {
    await client.close()
  }
}

const argumentsOf = (kind: 'mongod' | 'ferretdb', folder: string, port: number): string[] =>
  kind === 'ferretdb'
    ? ['--addr', `127.0.0.1:${port}`, '--data', folder]
    : ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket', '--quiet']

const startOwn = async (
  workshop: Workshop,
  options: { dataDir: string; port: number },
  progress: Progress,
  onStart: (child: Child) => void,
): Promise<StoreServer> => {
  const { kind, file } = await findStore(workshop, progress, keptKind(options.dataDir))
  if (kind === 'temporal') throw new TypeError('a store was asked for')
  const url = `mongodb://127.0.0.1:${options.port}`
  return progress.step('store', 'starting', async () => {
    const folder = folderOf(options.dataDir, kind)
    mkdirSync(folder, { recursive: true })
    const args = argumentsOf(kind, folder, options.port)
    const logFile = join(workshop.logDir, 'store.log')
    const child = workshop.family.start({
      name: 'store',
      file,
      args,
      env: baseEnvironment(workshop.env),
      cwd: '/',
      logFile,
    })
    onStart(child)
    await untilReady('the store', child, workshop.signal, () => ping(url, 100))
    return { value: { url, kind, child }, done: `listens on ${url}` }
  })
}

/** Brings the store up. Throws SetupError with what the person can do. */
export const startStore = (
  workshop: Workshop,
  options: { dataDir: string; port: number },
  progress: Progress,
  onStart: (child: Child) => void,
): Promise<StoreServer> => {
  const url = workshop.env['MONGODB_URL']
  if (!url) return startOwn(workshop, options, progress, onStart)
  return progress.step('store', 'connecting to MONGODB_URL', async () => {
    await untilReady('the store at MONGODB_URL', null, workshop.signal, () => ping(url, 5_000))
    return { value: { url, kind: 'given', child: null }, done: 'connected (MONGODB_URL)' }
  })
}

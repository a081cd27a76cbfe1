// Where the two servers' binaries come from: one on PATH, else the cache, else the vendor's download, else a build
// with Go. The first that works is taken, and each one passed over is named with its reason.
import { chmod, copyFile, mkdir, rm } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached, cacheFolder, isExecutable } from './cache.ts'
import { choices } from './choices.ts'
import { findGo, goBuild, neededGo, sourceHash } from './go-build.ts'
import type { Progress, Say } from './progress.ts'
import { errorCode, errorText, SetupError } from './setup-error.ts'
import { baseEnvironment, findOnPath, runTool, type Workshop } from './tools.ts'

/** A server that can be started here. `mongod` and `ferretdb` are two kinds of store. */
export type BinaryKind = 'temporal' | 'mongod' | 'ferretdb'
export type Binary = { kind: BinaryKind; file: string }
type PassedOver = { passedOver: string }
type Source = {
  name: string
  kind: BinaryKind
  /** What is said when it is taken. */
  taken: string
  /** What is said while it is tried, where that takes a while. */
  trying?: string
  find: (say: Say) => Promise<string | PassedOver>
}

const downloadLimitMs = 15 * 60_000

const packageVersion = (name: string): string => {
  const text = readFileSync(join(import.meta.dirname, '..', 'node_modules', name, 'package.json'), 'utf8')
  return String((JSON.parse(text) as { version: unknown }).version)
}

const downloadedFile = (kind: 'temporal' | 'mongod', env: NodeJS.ProcessEnv): string => {
  const from = kind === 'temporal' ? '@temporalio/testing' : 'mongodb-memory-server-core'
  return join(cacheFolder(env), `${kind}-download-${packageVersion(from)}`)
}
const builtFile = (kind: 'temporal' | 'ferretdb', env: NodeJS.ProcessEnv): string =>
  join(cacheFolder(env), `${kind}-${sourceHash(kind === 'temporal' ? 'temporal' : 'store')}`)

/** Undefined when the binary runs on this machine and is new enough. */
const whyUnusable = async (workshop: Workshop, kind: BinaryKind, file: string): Promise<string | undefined> => {
  const env = baseEnvironment(workshop.env)
  const result = await runTool(
    workshop,
    { name: `${kind}-version`, file, args: ['--version'], env, cwd: '/' },
    30_000,
  )
  if (!result.ok) return `${file} does not run here (${result.output.trim().split('\n')[0] ?? ''})`
  const major = Number(/db version v(\d+)/.exec(result.output)?.[1] ?? 'NaN')
  return kind === 'mongod' && major < 5 ? `${file} is MongoDB ${major}, 5 or newer is needed` : undefined
}

const onPath = (workshop: Workshop, kind: 'temporal' | 'mongod'): Source => ({
  name: 'PATH',
  kind,
  taken: `${kind} on PATH`,
  find: async () => {
    const file = await findOnPath(kind, workshop.env)
    if (file === undefined) return { passedOver: `no ${kind}` }
    const problem = await whyUnusable(workshop, kind, file)
    return problem === undefined ? file : { passedOver: problem }
  },
})

const inCache = (kind: BinaryKind, how: string, file: string): Source => ({
  name: 'cache',
  kind,
  taken: `${kind === 'ferretdb' ? 'FerretDB' : kind} from the cache (${how})`,
  find: async () => ((await isExecutable(file)) ? file : { passedOver: `none ${how}` }),
})

const whyUnreachable = async (host: string, workshop: Workshop): Promise<string | undefined> => {
  // Through a proxy only the downloader itself can tell.
  if (Object.keys(workshop.env).some(name => /^(https|all)_proxy$/i.test(name))) return undefined
  try {
    await fetch(`https://${host}/`, {
      method: 'HEAD',
      signal: AbortSignal.any([workshop.signal, AbortSignal.timeout(5_000)]),
    })
    return undefined
  } catch (error) {
    const cause = error instanceof Error ? (errorCode(error.cause) ?? error.name) : ''
    return `${host} cannot be reached (${cause})`
  }
}

const downloadTo = async (workshop: Workshop, kind: 'temporal' | 'mongod', temporary: string): Promise<void> => {
  const folder = temporary.replace(/partial$/, 'folder.partial')
  const name = `download-${kind}`
  const logFile = join(cacheFolder(workshop.env), 'logs', `${name}.log`)
  const args = [join(import.meta.dirname, 'download.ts'), kind, folder]
  const tool = { name, file: process.execPath, args, env: baseEnvironment(workshop.env), cwd: '/', logFile }
  try {
    await mkdir(folder)
    const { ok, output } = await runTool(workshop, tool, downloadLimitMs)
    const file = /^downloaded: (.+)$/m.exec(output)?.[1]
    if (!ok || file === undefined) throw new SetupError(`failed, see ${logFile}`)
    await copyFile(file, temporary)
    await chmod(temporary, 0o755)
    const problem = await whyUnusable(workshop, kind, temporary)
    if (problem !== undefined) throw new SetupError(problem)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const download = (workshop: Workshop, kind: 'temporal' | 'mongod', host: string): Source => ({
  name: 'download',
  kind,
  taken: `${kind} downloaded`,
  trying: 'downloading',
  find: async say => {
    const unreachable = await whyUnreachable(host, workshop)
    if (unreachable !== undefined) return { passedOver: unreachable }
    return cached(
      downloadedFile(kind, workshop.env),
      temporary => downloadTo(workshop, kind, temporary),
      pid => say(`process ${pid} downloads it already, waiting`),
    )
  },
})

const build = (workshop: Workshop, kind: 'temporal' | 'ferretdb'): Source => ({
  name: 'Go',
  kind,
  taken: kind === 'ferretdb' ? 'FerretDB built from source' : 'built from source',
  trying: 'building from source with Go (a few minutes, once)',
  find: async say => {
    const go = await findGo(workshop)
    if ('passedOver' in go) return go
    const target = kind === 'temporal' ? 'temporal' : 'store'
    return cached(
      builtFile(kind, workshop.env),
      temporary => goBuild(workshop, go.file, target, temporary),
      pid => say(`process ${pid} builds it already, waiting`),
    )
  },
})

const attempt = async (workshop: Workshop, source: Source, say: Say): Promise<string | PassedOver> => {
  try {
    return await source.find(say)
  } catch (error) {
    if (workshop.signal.aborted || !(error instanceof SetupError)) throw error
    return { passedOver: errorText(error) }
  }
}

const firstOf = (
  workshop: Workshop,
  progress: Progress,
  server: 'temporal' | 'store',
  before: string,
  sources: Source[],
): Promise<Binary> =>
  progress.step(server, 'looking for a server', async say => {
    const passedOver = [before]
    let told = 0
    const tell = (): void => {
      if (passedOver.length > told) progress.note(server, `passed over: ${passedOver.slice(told).join(', ')}`)
      told = passedOver.length
    }
    for (const source of sources) {
      if (source.trying !== undefined) {
        tell()
        say(source.trying)
      }
      const found = await attempt(workshop, source, say)
      if (typeof found === 'string') {
        tell()
        return { value: { kind: source.kind, file: found }, done: source.taken }
      }
      passedOver.push(`${source.name} (${found.passedOver})`)
    }
    throw new SetupError(choices(server, passedOver, neededGo()))
  })

/** The Temporal CLI, which holds the development server. Throws SetupError with a page of choices if there is none. */
export const findTemporal = (workshop: Workshop, progress: Progress): Promise<Binary> =>
  firstOf(workshop, progress, 'temporal', 'TEMPORAL_ADDRESS (not set)', [
    onPath(workshop, 'temporal'),
    inCache('temporal', 'downloaded', downloadedFile('temporal', workshop.env)),
    inCache('temporal', 'built', builtFile('temporal', workshop.env)),
    download(workshop, 'temporal', 'temporal.download'),
    build(workshop, 'temporal'),
  ])

/** A store's binary. `kept` is the kind that wrote the data already there, which no other kind can read. */
export const findStore = (
  workshop: Workshop,
  progress: Progress,
  kept: 'mongod' | 'ferretdb' | undefined,
): Promise<Binary> => {
  const sources = [
    onPath(workshop, 'mongod'),
    inCache('mongod', 'downloaded', downloadedFile('mongod', workshop.env)),
    inCache('ferretdb', 'built', builtFile('ferretdb', workshop.env)),
    download(workshop, 'mongod', 'fastdl.mongodb.org'),
    build(workshop, 'ferretdb'),
  ].filter(source => kept === undefined || source.kind === kept)
  return firstOf(workshop, progress, 'store', 'MONGODB_URL (not set)', sources)
}

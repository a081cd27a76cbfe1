// Builds one of the servers from source with Go, in this folder's module (go.mod, go.sum): nothing but Go and its
// module proxy is needed, no C compiler and no other toolchain.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { isDiskFull } from './disk.ts'
import { SetupError } from './setup-error.ts'
import { baseEnvironment, findOnPath, runTool, type Workshop } from './tools.ts'

const root = import.meta.dirname
const limitMs = 30 * 60_000

/** What can be built here: the Temporal CLI with its development server, and the embedded store. */
export type GoTarget = 'temporal' | 'store'
const packages: Record<GoTarget, string> = { temporal: 'github.com/temporalio/cli/cmd/temporal', store: './store' }

const versionParts = (text: string): [major: number, minor: number] => {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(text) ?? []
  return [Number(major), Number(minor)]
}

/** The version of Go that go.mod asks for, as "1.25". */
export const neededGo = (): string => {
  const line = /^go (\d+\.\d+)/m.exec(readFileSync(join(root, 'go.mod'), 'utf8'))
  return line?.[1] ?? ''
}

/** A short name for exactly what a build is made from; another source has another name. */
export const sourceHash = (target: GoTarget): string => {
  const own = target === 'store' ? readdirSync(join(root, 'store')).toSorted() : []
  const files = ['go.mod', 'go.sum', ...own.map(name => join('store', name))]
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(root, file)))
  return hash.digest('hex').slice(0, 12)
}

const goVariables = /^GO(PROXY|NOPROXY|PRIVATE|PATH|MODCACHE|CACHE|SUMDB|NOSUMDB|ROOT|TMPDIR)$/
const environment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...baseEnvironment(env),
  ...Object.fromEntries(Object.entries(env).filter(([name]) => goVariables.test(name))),
  // No toolchain is downloaded, no C compiler is used, and no setting of the user's changes what is built.
  GOTOOLCHAIN: 'local',
  CGO_ENABLED: '0',
  GOFLAGS: '',
  GOWORK: 'off',
})

/** The Go command and whether it is new enough, or the reason why it cannot be used. */
export const findGo = async (workshop: Workshop): Promise<{ file: string } | { passedOver: string }> => {
  const file = await findOnPath('go', workshop.env)
  if (file === undefined) return { passedOver: 'Go is not on PATH' }
  const tool = { name: 'go-version', file, args: ['version'], env: environment(workshop.env), cwd: '/' }
  const { output } = await runTool(workshop, tool, 20_000)
  const [major, minor] = versionParts(output)
  const [neededMajor, neededMinor] = versionParts(neededGo())
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return { file }
  return { passedOver: `Go ${major}.${minor} is too old, ${neededGo()} is needed` }
}

const reasonOf = (output: string, folder: string): string => {
  if (/no space left on device|disk quota exceeded/i.test(output) || isDiskFull(folder))
    return 'the disk is full; the build needs about 4 GB'
  if (/dial tcp|no such host|proxyconnect|i\/o timeout|connection refused|TLS handshake/i.test(output))
    return 'the Go module proxy cannot be reached'
  return output.trim().split('\n').at(-1) ?? 'no message'
}

/** Builds `target` into the file `output`. Throws SetupError with the reason, in one line. */
export const goBuild = async (workshop: Workshop, go: string, target: GoTarget, output: string): Promise<void> => {
  const args = ['build', '-buildvcs=false', '-trimpath', '-ldflags=-s -w', '-o', output, packages[target]]
  const logFile = join(cacheFolder(workshop.env), 'logs', `build-${target}.log`)
  const tool = { name: `build-${target}`, file: go, args, env: environment(workshop.env), cwd: root, logFile }
  const result = await runTool(workshop, tool, limitMs)
  if (!result.ok) throw new SetupError(`build failed: ${reasonOf(result.output, dirname(output))}, see ${logFile}`)
}

// The workflow code as one file, built once for its content and kept in .cache/. Two builds at once are harmless: each
// renames a whole file into place.
import { createHash, randomUUID } from 'node:crypto'
import { glob, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker'

const root = join(import.meta.dirname, '..')
const cacheFolder = join(root, '.cache')

const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string }

/** Everything that a workflow could import, and the SDK that packs it. */
const contentHash = async (): Promise<string> => {
  const hash = createHash('sha256').update(`${version} ${process.version}`)
  const files = await Array.fromAsync(glob(['workflows/**/*.ts', 'src/**/*.ts'], { cwd: root }))
  for (const file of files.toSorted()) hash.update(`\0${file}\0`).update(await readFile(join(root, file)))
  return hash.digest('hex').slice(0, 16)
}

const build = async (): Promise<string> => {
  const logger = new DefaultLogger('ERROR')
  const { code } = await bundleWorkflowCode({ workflowsPath: join(root, 'workflows/index.ts'), logger })
  return code
}

const keep = async (file: string, code: string): Promise<void> => {
  await mkdir(cacheFolder, { recursive: true })
  const partial = `${file}.${randomUUID()}.partial`
  await writeFile(partial, code)
  await rename(partial, file)
}

/** The workflow bundle for `Worker.create`; its first build takes seconds. */
export const loadWorkflowBundle = async (): Promise<{ code: string }> => {
  const file = join(cacheFolder, `workflows-${await contentHash()}.js`)
  const cached = await readFile(file, 'utf8').catch(() => null)
  if (cached !== null) return { code: cached }
  const code = await build()
  // A folder that cannot be written costs the next start its speed, nothing else.
  await keep(file, code).catch(() => undefined)
  return { code }
}

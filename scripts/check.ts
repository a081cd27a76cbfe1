// `npm run check`: format, lint with typed rules and import boundaries, types. All run, so that one run tells everything.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = (name: string, file: string): string => join(root, 'node_modules', name, file)

const steps: [name: string, file: string, args: string[]][] = [
  ['format', bin('oxfmt', 'bin/oxfmt'), ['--check', '.']],
  ['lint', bin('oxlint', 'bin/oxlint'), ['--type-aware', '--deny-warnings', '.']],
  ['types', bin('typescript', 'bin/tsc'), ['--noEmit', '-p', '.']],
]

const failed = steps.filter(([name, file, args]) => {
  const started = Date.now()
  if (!existsSync(file)) throw new Error(`${file} is not installed: delete node_modules and run again`)
  const { status } = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' })
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  return status !== 0
})
process.exit(failed.length === 0 ? 0 : 1)

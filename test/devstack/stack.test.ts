import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findTemporal } from '../../devstack/binaries.ts'
import { createFamily } from '../../devstack/children.ts'
import { tryLock } from '../../devstack/lock.ts'
import { choosePorts } from '../../devstack/ports.ts'
import type { Progress } from '../../devstack/progress.ts'
import { servicePorts, servicesOf } from '../../devstack/services.ts'
import { startStack } from '../../devstack/stack.ts'

let dataDir: string

const silent: Progress = {
  step: async (_name, _doing, work) => (await work(() => {})).value,
  note: () => {},
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'errand-stack-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

const takenPort = async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

test('a port that is taken is named, with what wants it and the variable that moves it', async () => {
  const { server, port } = await takenPort()
  await expect(choosePorts('standard', ['api'], { API_PORT: String(port) })).rejects.toThrow(
    `port ${port} is taken (API). Stop what listens there or set API_PORT.`,
  )
  server.close()
})

test('a port variable that is no port is refused', async () => {
  await expect(choosePorts('free', ['store'], { STORE_PORT: '70000' })).rejects.toThrow('STORE_PORT is "70000"')
})

test('free ports are all different', async () => {
  const names = ['api', 'media', 'calls', 'sandbox', 'store'] as const
  const ports = await choosePorts('free', names, {})
  expect(new Set(names.map(name => ports[name])).size).toBe(5)
})

test('without a download and without Go there is one page of choices, naming all that was tried', async () => {
  const family = createFamily()
  // A proxy that refuses stands for a machine without network, whatever this machine has.
  const env = {
    PATH: '',
    XDG_CACHE_HOME: dataDir,
    HTTPS_PROXY: 'http://127.0.0.1:9',
    https_proxy: 'http://127.0.0.1:9',
  }
  const workshop = { family, env, logDir: dataDir, signal: new AbortController().signal }
  const failure = await findTemporal(workshop, silent).catch((error: unknown) => String(error))
  await family.close()
  for (const tried of [
    'TEMPORAL_ADDRESS (not set)',
    'PATH (no temporal)',
    'cache (none built)',
    'download (failed',
    'Go (Go is not on PATH)',
  ])
    expect(failure).toContain(tried)
  for (const choice of ['Go 1.25 or newer', 'docker run', 'MONGODB_URL']) expect(failure).toContain(choice)
})

test('a start that is interrupted gives the data folder free again', async () => {
  const abort = new AbortController()
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', MONGODB_URL: 'mongodb://127.0.0.1:1' }
  const starting = startStack({
    dataDir,
    progress: silent,
    ports: 'free',
    parts: 'servers',
    env,
    signal: abort.signal,
  })
  expect(tryLock(join(dataDir, 'lock')).kind).toBe('held')
  abort.abort()
  await expect(starting).rejects.toThrow('stopped')
  expect(tryLock(join(dataDir, 'lock')).kind).toBe('taken')
})

test('a second stack on the same data is refused, with the process that has it', async () => {
  tryLock(join(dataDir, 'lock'))
  await expect(startStack({ dataDir, progress: silent, ports: 'free', env: {} })).rejects.toThrow(
    `a stack runs already on ${dataDir} (process ${process.pid})`,
  )
})

test('a data folder that cannot be made is told with its path', async () => {
  await writeFile(join(dataDir, 'file'), '')
  const inFile = join(dataDir, 'file', 'data')
  await expect(startStack({ dataDir: inFile, progress: silent, ports: 'free', env: {} })).rejects.toThrow(
    `${inFile} cannot be written to`,
  )
})

const around = async (env: NodeJS.ProcessEnv) => ({
  ports: await choosePorts('free', servicePorts(env), env),
  env,
  mongodbUrl: 'mongodb://127.0.0.1:1',
  database: 'errand',
  temporalAddress: '127.0.0.1:2',
  temporalNamespace: 'default',
  speed: 20,
})
const live = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'secret', OPENAI_API_KEY: 'sk-1' }

test('media workers are given no credentials of the carrier, and the API none of the model', async () => {
  const services = servicesOf(await around(live))
  for (const { name, env } of services) {
    const names = Object.keys(env).join(' ')
    if (name.startsWith('media')) expect(names).not.toContain('TWILIO')
    if (name === 'api') expect(names).not.toContain('OPENAI')
    if (name === 'sandbox') expect(names).not.toMatch(/TWILIO|OPENAI|MONGODB|TEMPORAL/)
  }
})

test('live workers run only where the carrier and the model are both given', async () => {
  const names = async (env: NodeJS.ProcessEnv) => servicesOf(await around(env)).map(({ name }) => name)
  expect(await names({})).toEqual(['sandbox', 'api', 'calls', 'media'])
  expect(await names({ TWILIO_ACCOUNT_SID: 'AC1' })).toEqual(['sandbox', 'api', 'calls', 'media'])
  expect(await names(live)).toEqual(['sandbox', 'api', 'calls', 'media', 'calls-live', 'media-live'])
})

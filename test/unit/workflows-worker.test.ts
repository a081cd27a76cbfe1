import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { parseArguments } from '../../worker/arguments.ts'
import { createMetrics } from '../../src/metrics.ts'
import { startHealthServer } from '../../worker/health.ts'

const main = join(import.meta.dirname, '../../worker/main.ts')

/** Runs a worker with nothing but `env` until it ends. */
const run = async (args: string[], env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', data => (stderr += String(data)))
  const [code] = await once(child, 'close')
  return { code, stderr }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

it('takes a role and a mode', () => {
  expect(parseArguments(['--role', 'media', '--mode', 'live'])).toEqual({ role: 'media', mode: 'live' })
})

it.each([
  [[]],
  [['--role', 'calls']],
  [['--role', 'cooks', '--mode', 'test']],
  [['--role', 'calls', '--mode', 'test', '--fast']],
  [['--role', 'calls', '--mode', 'test', 'more']],
])('takes nothing else: %j', args => expect(parseArguments(args)).toBeNull())

it('says how it is used, and exits 2', async () => {
  const { code, stderr } = await run(['--role', 'cooks'])
  expect([code, stderr]).toEqual([2, 'Usage: worker/main.ts --role calls|media --mode live|test\n'])
})

it('names every variable that is missing, and exits 1', async () => {
  const { code, stderr } = await run(['--role', 'calls', '--mode', 'test'], { PORT: '0' })
  expect(code).toBe(1)
  expect(stderr).toContain('MONGODB_URL')
})

it('is not healthy before it is ready, nor anything else ever', async () => {
  const port = await freePort()
  const metrics = createMetrics({ process: 'calls', mode: 'test' })
  const health = await startHealthServer('127.0.0.1', port, metrics)
  const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
  expect(await status('/healthz')).toBe(503)
  health.ready()
  expect([await status('/healthz'), await status('/')]).toEqual([200, 404])
  await expect(startHealthServer('127.0.0.1', port, metrics)).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`)
  await health.close()
})

it('waits for its servers, and stops when it is told to meanwhile', async () => {
  const nowhere = await freePort()
  const child = spawn(process.execPath, [main, '--role', 'calls', '--mode', 'test'], {
    env: {
      PORT: '0',
      MONGODB_URL: `mongodb://127.0.0.1:${nowhere}`,
      TEMPORAL_ADDRESS: `127.0.0.1:${nowhere}`,
      PUBLIC_URL: 'http://127.0.0.1:1',
      TEST_TWILIO_ACCOUNT_SID: 'AC1',
      TEST_TWILIO_AUTH_TOKEN: 'token',
      TEST_TWILIO_FROM_NUMBER: '+15005550006',
      TEST_OPENAI_API_KEY: 'key',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const isWaiting = new Promise<void>(resolve =>
    child.stdout.on('data', lines => String(lines).includes('waiting for the store') && resolve()),
  )
  await Promise.race([isWaiting, ended])
  child.kill('SIGTERM')
  expect((await ended)[0]).toBe(0)
})

// The API as a process of its own: it starts from the environment only, and stops when it is told to.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createInterface } from 'node:readline'
import { afterAll, expect, inject, onTestFinished, test } from 'vitest'

import { createDevelopmentAccount } from '../../devstack/account.ts'
import { newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import { createMongo } from '../../src/providers/mongo.ts'

const DATABASE = newId('main')

afterAll(async () => {
  const log = createLog('test', 'silent')
  const mongo = await createMongo({ url: inject('mongodbUrl'), database: DATABASE, log })
  await mongo.db.dropDatabase()
  await mongo.close()
})

const start = (env: Record<string, string>) => {
  const child = spawn(process.execPath, ['src/main.ts'], {
    env: {
      PORT: '0',
      MONGODB_URL: inject('mongodbUrl'),
      MONGODB_DATABASE: DATABASE,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      PUBLIC_URL: 'http://127.0.0.1:4010',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Starts it and waits until it listens. */
const startListening = async () => {
  const child = start({})
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, address } = JSON.parse(line) as { msg: string; address?: { port: number } }
    if (msg === 'listening' && address) return { child, port: address.port }
  }
  throw new Error(await text(child.stderr))
}

test.each<[string, Record<string, string>, RegExp]>([
  ['an incomplete environment', { PUBLIC_URL: '' }, /^The API cannot start: .*PUBLIC_URL/s],
  [
    'a store that is not there',
    { MONGODB_URL: 'mongodb://user:password@127.0.0.1:1' },
    /^The API cannot start: the store at mongodb:\/\/127\.0\.0\.1:1 cannot be reached/,
  ],
])('%s is told in one sentence, and the exit code is 1', async (_, env, sentence) => {
  const child = start(env)
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect(said).toMatch(sentence)
  expect(said).not.toContain('password')
  expect(said).not.toContain('    at ')
  expect(code).toBe(1)
})

test('a port that is taken is told in one sentence, and the exit code is 1', async () => {
  const { port } = await startListening()
  const child = start({ PORT: String(port) })
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect(said).toBe(
    `The API cannot start: port ${port} on 127.0.0.1 is taken: stop what listens there, or set PORT to another\n`,
  )
  expect(code).toBe(1)
})

test('told to stop, it finishes the request that runs and exits 0', async () => {
  const { testKey } = await createDevelopmentAccount({ mongodbUrl: inject('mongodbUrl'), database: DATABASE })
  const { child, port } = await startListening()
  const socket = connect(port, '127.0.0.1')
  const answer = text(socket)
  socket.write(`POST /api/v1/calls HTTP/1.1\r\nHost: x\r\nx-api-key: ${testKey}\r\nContent-Length: 2\r\n\r\n`)
  // The process has read the head of the request once a later connection is answered.
  await fetch(`http://127.0.0.1:${port}/healthz`)
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) if (line.includes('stopping')) break
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
  socket.write('[]')
  expect(await answer).toContain('HTTP/1.1 400')
  expect(await exited).toEqual([0, null])
})

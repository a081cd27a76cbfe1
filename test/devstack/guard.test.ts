import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFamily, type Family } from '../../devstack/children.ts'

const devstack = join(import.meta.dirname, '../../devstack')
let folder: string
let server: Server
let families: Family[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'errand-guard-'))
  server = createServer()
  families = []
})
afterEach(async () => {
  await Promise.all(families.map(family => family.close()))
  server.close()
  await rm(folder, { recursive: true, force: true })
})

// Children connect to the test: an open connection is the proof that one lives, its end that it is gone.
const listen = async (): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
const gone = async (sockets: Socket[]): Promise<void> => {
  await Promise.all(
    sockets.map(
      socket =>
        new Promise(resolve =>
          socket
            .resume()
            .on('error', () => {})
            .once('close', resolve),
        ),
    ),
  )
}
const connections = (count: number): Promise<Socket[]> =>
  new Promise(resolve => {
    const sockets: Socket[] = []
    server.on('connection', socket => {
      socket.on('error', () => {})
      if (sockets.push(socket) === count) resolve(sockets)
    })
  })

const obedient = `child('obedient', live)`
const stubborn = `child('stubborn', "process.on('SIGTERM', () => {});" + live + "require('child_process').spawn(process.execPath, ['-e', " + JSON.stringify(live) + "])")`

/** A process with children: one, or also one that ignores SIGTERM and has a child of its own. */
const parentScript = (port: number, then: string): string => `
  import { createFamily } from ${JSON.stringify(join(devstack, 'children.ts'))}
  const family = createFamily()
  const live = "require('net').connect(${port}, '127.0.0.1').resume();"
  const child = (name, code) => family.start({
    name, file: process.execPath, args: ['-e', code], env: {}, cwd: '/',
    logFile: ${JSON.stringify(folder)} + '/' + name + '.log',
  })
  ${then}
  setInterval(() => {}, 1000)`

const startParent = (port: number, then: string) =>
  spawn(process.execPath, ['--input-type=module-typescript', '-e', parentScript(port, then)], {
    stdio: ['ignore', 'ignore', 'ignore'],
  })

test('a parent that is killed with kill -9 leaves no process, not even a grandchild', async () => {
  const alive = connections(3)
  const parent = startParent(await listen(), `${obedient}; ${stubborn}`)
  const sockets = await alive
  const allGone = gone(sockets)
  parent.kill('SIGKILL')
  await allGone
})

test('a parent that dies of an uncaught error leaves no process', async () => {
  const alive = connections(1)
  const defect = `process.on('SIGUSR2', () => { throw new Error('a defect') })`
  const parent = startParent(await listen(), `${obedient}; ${defect}`)
  const allGone = gone(await alive)
  parent.kill('SIGUSR2')
  await allGone
})

const family = (): Family => {
  const made = createFamily()
  families.push(made)
  return made
}
const command = (code: string) => ({
  name: 'child',
  file: process.execPath,
  args: ['-e', code],
  env: { ONLY: 'this' },
  cwd: '/',
  logFile: join(folder, 'logs', 'child.log'),
})

test('a child that ends tells how, with the last lines of what it printed', async () => {
  const code =
    "for (let i = 0; i < 100; i++) console.log('line', i); console.error('the reason'); process.exitCode = 3"
  const ending = await family().start(command(code)).ended
  expect(ending).toMatchObject({ name: 'child', code: 3, how: 'exited with code 3' })
  expect(ending.lastLines).toMatch(/line 99\nthe reason$/)
  expect(ending.lastLines).not.toMatch('line 50')
})

test('a child has the environment that was named, and a process group of its own', async () => {
  const code = `console.log(JSON.stringify(process.env), process.pid, require('fs').readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[2])`
  const child = family().start(command(code))
  expect((await child.ended).lastLines).toBe(`{"ONLY":"this"} ${child.pid} ${child.pid}`)
})

test('a child that does not obey is killed after its grace', async () => {
  const alive = connections(1)
  const port = await listen()
  const child = family().start(
    command(`process.on('SIGTERM', () => {}); require('net').connect(${port}, '127.0.0.1').resume()`),
  )
  await alive
  await child.stop(50)
  expect(await child.ended).toMatchObject({ how: 'was ended by SIGKILL' })
})

test('a command that does not exist is told by its name', () => {
  expect(() => family().start({ ...command(''), file: '/no/such/file' })).toThrow(
    'child: /no/such/file cannot be started',
  )
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cached } from '../../devstack/cache.ts'
import { tryLock } from '../../devstack/lock.ts'
import { SetupError } from '../../devstack/setup-error.ts'

let folder: string
let file: string
const unexpectedWait = (pid: number): void => expect.unreachable(`waited for ${pid}`)
const finish = async (temporary: string): Promise<void> => {
  await writeFile(temporary, 'whole')
  await chmod(temporary, 0o755)
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'errand-cache-'))
  file = join(folder, 'server-1')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Another process that makes the file, stops half-way once it has said so, and never gets further. */
const startHalfway = async () => {
  const script = `
    import { writeFile } from 'node:fs/promises'
    import { cached } from ${JSON.stringify(join(import.meta.dirname, '../../devstack/cache.ts'))}
    const half = async temporary => {
      await writeFile(temporary, 'half', { mode: 0o755 })
      console.log('half-way')
      await new Promise(() => setInterval(() => {}, 1000))
    }
    await cached(${JSON.stringify(file)}, half, () => {})`
  const maker = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(maker.stdout, 'data')
  return maker
}

test('a build whose process was killed is not taken for a whole one, and holds nobody up', async () => {
  const maker = await startHalfway()
  maker.kill('SIGKILL')
  await once(maker, 'exit')
  await cached(file, finish, unexpectedWait)
  expect(await readFile(file, 'utf8')).toBe('whole')
})

test('while another process makes the file it is waited for, by name', async () => {
  const maker = await startHalfway()
  const waitedFor: number[] = []
  const made = cached(file, finish, pid => {
    waitedFor.push(pid)
    maker.kill('SIGKILL')
  })
  await made
  expect(waitedFor).toEqual([maker.pid])
  expect(await readFile(file, 'utf8')).toBe('whole')
})

test('two that want the same file at once make it once', async () => {
  let made = 0
  const make = async (temporary: string): Promise<void> => {
    made++
    await finish(temporary)
  }
  await Promise.all([cached(file, make, () => {}), cached(file, make, () => {}), cached(file, make, () => {})])
  expect(made).toBe(1)
})

test('a build that fails leaves nothing, and the next one tries again', async () => {
  const fails = async (temporary: string): Promise<void> => {
    await writeFile(temporary, 'half', { mode: 0o755 })
    throw new SetupError('no network')
  }
  await expect(cached(file, fails, unexpectedWait)).rejects.toThrow('no network')
  expect(await readdir(folder)).toEqual([])
  await cached(file, finish, unexpectedWait)
  expect(await readdir(folder)).toEqual(['server-1'])
})

test('what a killed build left is removed once it is old', async () => {
  const old = new Date(Date.now() - 2 * 3_600_000)
  await writeFile(`${file}.x.partial`, 'half')
  await utimes(`${file}.x.partial`, old, old)
  await writeFile(`${file}.y.partial`, 'another machine writes this one')
  await cached(file, finish, unexpectedWait)
  expect((await readdir(folder)).toSorted()).toEqual(['server-1', 'server-1.y.partial'])
})

test('a full disk is told as such', async () => {
  const full = async (): Promise<void> => {
    throw Object.assign(new Error('write'), { code: 'ENOSPC' })
  }
  await expect(cached(file, full, unexpectedWait)).rejects.toThrow(`the disk is full: no space left for ${folder}`)
})

test('a cache folder that cannot be made is told with its path', async () => {
  await writeFile(file, 'not a folder')
  await expect(cached(join(file, 'server'), finish, unexpectedWait)).rejects.toThrow(SetupError)
})

test('a lock is held by one at a time, and its holder is named', () => {
  const lock = join(folder, 'lock')
  const first = tryLock(lock)
  expect(tryLock(lock)).toEqual({ kind: 'held', pid: process.pid })
  if (first.kind === 'taken') first.release()
  expect(tryLock(lock).kind).toBe('taken')
})

test('a lock of a process that is gone is taken over', async () => {
  const gone = spawn(process.execPath, ['-e', ''])
  await once(gone, 'exit')
  const lock = join(folder, 'lock')
  await writeFile(lock, `${gone.pid} `)
  expect(tryLock(lock).kind).toBe('taken')
})

test('a lock from before a restart of the machine does not name a process that has the number now', async () => {
  const lock = join(folder, 'lock')
  await writeFile(lock, `${process.pid} another-boot/12345`)
  expect(tryLock(lock).kind).toBe('taken')
})

test('a lock file that says nothing is taken over', async () => {
  const lock = join(folder, 'lock')
  await writeFile(lock, '')
  expect(tryLock(lock).kind).toBe('taken')
})

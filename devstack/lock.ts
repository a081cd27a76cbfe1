// Lock: one process at a time, by a file that names its holder. A holder that is gone (killed, or before a reboot) does
// not hold it any more. It saves work and gives clear sentences; nothing's correctness rests on it.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from './setup-error.ts'

/** A lock that was taken, or the process that has it. */
export type LockAttempt = { kind: 'taken'; release: () => void } | { kind: 'held'; pid: number }

/** Tells a process from a later one with the same number; empty where the system does not say (not Linux). */
const startOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Field 22, counted behind the command's name, which may hold spaces and brackets.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${started}`
  } catch {
    return ''
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

const holderOf = (content: string): number | undefined => {
  const [pidText = '', start = ''] = content.split(' ')
  const pid = Number(pidText)
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) && startOf(pid) === start ? pid : undefined
}

const readOr = (file: string, fallback: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return fallback
  }
}

/** Moves the stale lock away; one that somebody took in the meantime is put back. */
const removeStale = (file: string, stale: string): void => {
  const aside = `${file}.${process.pid}.stale`
  try {
    renameSync(file, aside)
    if (readOr(aside, stale) !== stale) linkSync(aside, file)
  } catch {
    // Someone else was faster; the next attempt sees what there is now.
  }
  rmSync(aside, { force: true })
}

/** Tries once to take the lock. Throws what the file system throws (no space, no permission). */
export const tryLock = (file: string): LockAttempt => {
  mkdirSync(dirname(file), { recursive: true })
  const own = `${file}.${process.pid}.new`
  const content = `${process.pid} ${startOf(process.pid)}`
  // Written elsewhere and linked into place, so that no lock is ever seen without its holder.
  writeFileSync(own, content)
  try {
    linkSync(own, file)
    return { kind: 'taken', release: () => rmSync(file, { force: true }) }
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    rmSync(own, { force: true })
  }
  const found = readOr(file, '')
  const pid = holderOf(found)
  if (pid !== undefined) return { kind: 'held', pid }
  removeStale(file, found)
  return tryLock(file)
}

/** Runs `work` alone; `onWait` is told once who is being waited for. */
export const withLock = async <T>(
  file: string,
  onWait: (pid: number) => void,
  work: () => Promise<T>,
): Promise<T> => {
  let attempt = tryLock(file)
  if (attempt.kind === 'held') onWait(attempt.pid)
  while (attempt.kind === 'held') {
    await sleep(200)
    attempt = tryLock(file)
  }
  try {
    return await work()
  } finally {
    attempt.release()
  }
}

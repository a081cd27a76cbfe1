// Children: every process that the stack starts, and the promise that none outlives it.
// C1  Each child leads a process group of its own: the terminal's Ctrl-C does not reach it, the stack stops it in order.
// C2  Each child is known to the guard (guard.ts) from its start to its end.
// C3  Each child is given exactly the environment named for it.
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Socket } from 'node:net'
import { errorText, SetupError } from './setup-error.ts'

/** What to run; standard output and errors go to `logFile`, which is emptied first. */
export type Command = {
  name: string
  file: string
  args: string[]
  env: NodeJS.ProcessEnv
  cwd: string
  logFile: string
}

/** How a child ended, with the last lines of what it printed. */
export type Ending = { name: string; how: string; code: number | null; lastLines: string }

/** A running child. `ended` never rejects; `stop` asks with SIGTERM, kills after `graceMs`, and waits for the end. */
export type Child = {
  name: string
  pid: number
  logFile: string
  ended: Promise<Ending>
  stop: (graceMs?: number) => Promise<void>
}

/** Starts children, and ends those that are left with `close`. */
export type Family = { start: (command: Command) => Child; close: () => Promise<void> }

const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group is empty: what a group's leader leaves behind is all that is wanted here.
  }
}

/** The last lines of a log file, or an empty text when it cannot be read. */
export const lastLines = async (file: string, count = 15): Promise<string> => {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.trimEnd().split('\n').slice(-count).join('\n')
}

const describe = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === null ? `exited with code ${code}` : `was ended by ${signal}`

const launch = (command: Command): ChildProcess => {
  mkdirSync(dirname(command.logFile), { recursive: true })
  const log = openSync(command.logFile, 'w')
  try {
    const { file, args, env, cwd } = command
    return spawn(file, args, { env, cwd, detached: true, stdio: ['ignore', log, log] })
  } finally {
    closeSync(log)
  }
}

const stopProcess = async (leader: ChildProcess, ended: Promise<Ending>, graceMs: number): Promise<void> => {
  leader.kill('SIGTERM')
  const timer = setTimeout(() => leader.kill('SIGKILL'), graceMs)
  await ended
  clearTimeout(timer)
}

const startGuard = (): { tell: (line: string) => void; close: () => Promise<void> } => {
  const guard = spawn(process.execPath, [join(import.meta.dirname, 'guard.ts')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
    cwd: '/',
  })
  const input = guard.stdin as Socket
  const closed = new Promise<void>(resolve => guard.once('close', () => resolve()).once('error', () => resolve()))
  guard.unref()
  input.unref()
  // A guard that was killed by someone is no reason to fail: the stack still stops its children itself.
  input.on('error', () => {})
  return {
    tell: line => void input.write(`${line}\n`),
    close: async () => {
      guard.ref()
      input.end()
      await closed
    },
  }
}

/** A family of processes, with its own guard. Throws SetupError where a command cannot be started at all. */
export const createFamily = (): Family => {
  const guard = startGuard()
  const running = new Set<Child>()

  const start = (command: Command): Child => {
    const leader = launch(command)
    const { pid } = leader
    const ended = new Promise<Ending>(resolve => {
      const end = async (how: string, code: number | null): Promise<void> =>
        resolve({ name: command.name, how, code, lastLines: await lastLines(command.logFile) })
      leader.once('error', error => void end(`could not be started: ${errorText(error)}`, null))
      leader.once('exit', (code, signal) => void end(describe(code, signal), code))
    })
    if (pid === undefined) throw new SetupError(`${command.name}: ${command.file} cannot be started`)
    guard.tell(`+${pid}`)
    const stop = (graceMs = 10_000): Promise<void> => stopProcess(leader, ended, graceMs)
    const child = { name: command.name, pid, logFile: command.logFile, ended, stop }
    running.add(child)
    leader.once('exit', () => {
      running.delete(child)
      killGroup(pid)
      guard.tell(`-${pid}`)
    })
    return child
  }

  const close = async (): Promise<void> => {
    await Promise.all([...running].map(child => child.stop()))
    await guard.close()
  }
  return { start, close }
}

// The processes of the stack under test, each of which can be killed, stopped, frozen, and is started again.
// Y1  A process that a fault has ended is started again at once, on the same port.
import { join } from 'node:path'

import type { Child, Family } from '../devstack/children.ts'
import { answersOk, untilReady } from '../devstack/ready.ts'
import type { Service } from '../devstack/services.ts'
import { setTimeout as sleep } from 'node:timers/promises'

export type ProcessState = 'up' | 'frozen' | 'stopping' | 'starting'

interface Running {
  service: Service
  child: Child
  state: ProcessState
  starts: number
}

export interface ProcessesOptions {
  family: Family
  logDir: string
  root: string
  signal: AbortSignal
  /** Is told when a process ends by itself, with how. */
  onDeath: (name: string, how: string) => void
}

export const createProcesses = ({ family, logDir, root, signal, onDeath }: ProcessesOptions) => {
  const running = new Map<string, Running>()

  const launch = (service: Service, starts: number): Child =>
    family.start({
      name: service.name,
      file: process.execPath,
      args: [service.script, ...service.args],
      env: service.env,
      cwd: root,
      logFile: join(logDir, `${service.name}.${starts}.log`),
    })

  const start = async (service: Service): Promise<void> => {
    const starts = (running.get(service.name)?.starts ?? 0) + 1
    const child = launch(service, starts)
    const entry: Running = { service, child, state: 'starting', starts }
    running.set(service.name, entry)
    void child.ended.then(({ how }) => {
      if (entry.state === 'up' && running.get(service.name) === entry && !signal.aborted)
        onDeath(service.name, how)
    })
    await untilReady(service.name, child, signal, () => answersOk(`http://127.0.0.1:${service.port}/healthz`))
    entry.state = 'up'
  }

  const find = (name: string): Running => {
    const entry = running.get(name)
    if (!entry) throw new Error(`there is no process ${name}`)
    return entry
  }

  /** Ends a process by `end`, waits for it, and starts another one. */
  const replace = async (name: string, end: (child: Child) => Promise<void>): Promise<void> => {
    const entry = find(name)
    entry.state = 'stopping'
    await end(entry.child)
    if (!signal.aborted) await start(entry.service)
  }

  return {
    start,
    state: (name: string): ProcessState => find(name).state,
    pids: (): Record<string, number> =>
      Object.fromEntries([...running].map(([name, { child }]) => [name, child.pid])),

    /** kill -9; resolves when it is dead, `again` when its successor is ready. */
    kill: async (name: string): Promise<{ again: Promise<void> }> => {
      const { child } = find(name)
      const again = replace(name, async () => {
        process.kill(child.pid, 'SIGKILL')
        await child.ended
      })
      again.catch(() => undefined)
      await child.ended
      return { again }
    },

    /** SIGTERM, and its successor when it has ended; true if it ended by itself within `graceMs`. */
    stop: async (name: string, graceMs: number): Promise<boolean> => {
      let isInTime = true
      await replace(name, async child => {
        const { code } = await child.stop(graceMs).then(() => child.ended)
        isInTime = code !== null
      })
      return isInTime
    },

    /** SIGSTOP … SIGCONT. */
    freeze: async (name: string, forMs: number): Promise<void> => {
      const entry = find(name)
      process.kill(entry.child.pid, 'SIGSTOP')
      entry.state = 'frozen'
      await sleep(forMs, undefined, { signal }).catch(() => undefined)
      process.kill(entry.child.pid, 'SIGCONT')
      entry.state = 'up'
    },

    /** Ends all, the workers first. */
    close: async (): Promise<void> => {
      for (const { child, state } of running.values()) if (state === 'frozen') process.kill(child.pid, 'SIGCONT')
      for (const roles of [/^(calls|media)-/, /^api-/, /^sandbox$/])
        await Promise.all(
          [...running.values()]
            .filter(({ service }) => roles.test(service.name))
            .map(({ child }) => child.stop(3_000)),
        )
    },
  }
}

export type Processes = ReturnType<typeof createProcesses>

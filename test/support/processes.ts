// The stack's own processes one by one, for a test to start and to kill; servers are those of the whole run.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Client, Connection } from '@temporalio/client'
import { inject } from 'vitest'

import { createFamily } from '../../devstack/children.ts'
import type { Child } from '../../devstack/children.ts'
import { choosePorts } from '../../devstack/ports.ts'
import { createProgress } from '../../devstack/progress.ts'
import { answersOk, untilReady } from '../../devstack/ready.ts'
import { servicesOf } from '../../devstack/services.ts'
import { startTemporal } from '../../devstack/temporal.ts'
import { startCarrierGate } from './carrier-gate.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Our processes, those that a test starts beside the first of their kind included. */
export type ProcessName = 'sandbox' | 'api' | 'calls' | 'media' | 'calls-2' | 'media-2' | 'media-3'

const TWINS = [
  ['calls-2', 'calls'],
  ['media-2', 'media'],
  ['media-3', 'media'],
] as const

const STOP_MS = 2_000

export interface ProcessOptions {
  /** What all of them find in their environment besides their own. */
  env?: Record<string, string>
  speed?: number
}

/** Nothing runs yet. The calls workers reach the carrier through `gate`. */
export const createProcesses = async ({ env: given = {}, speed = 20 }: ProcessOptions = {}) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'errand-e2e-'))
  const name = `e2e-${randomUUID()}`
  const mongodbUrl = inject('mongodbUrl')
  const temporalAddress = inject('temporalAddress')
  const env = { ...process.env, MONGODB_URL: mongodbUrl, TEMPORAL_ADDRESS: temporalAddress }
  const family = createFamily()
  const { signal } = new AbortController()
  const workshop = { family, env, logDir: join(dataDir, 'logs'), signal }
  const temporal = { dataDir, port: 0, uiPort: 0, namespace: name }
  await startTemporal(workshop, temporal, createProgress(), () => undefined)

  const ports = await choosePorts('free', ['sandbox', 'api', 'calls', 'media'], env)
  const around = { ports, env, mongodbUrl, temporalAddress, database: name, temporalNamespace: name, speed }
  const services = servicesOf(around)
  for (const [twin, of] of TWINS) {
    const port = (await choosePorts('free', [of], env))[of]
    const { env: own, ...service } = services.find(one => one.name === of)!
    const url = of === 'media' ? { MEDIA_PUBLIC_URL: `ws://127.0.0.1:${port}` } : {}
    services.push({ ...service, name: twin, port, env: { ...own, PORT: String(port), ...url } })
  }
  const sandboxUrl = `http://127.0.0.1:${ports.sandbox}`
  const gate = await startCarrierGate(sandboxUrl)
  const running = new Map<string, Child>()
  const connection = await Connection.connect({ address: temporalAddress })

  return {
    apiUrl: `http://127.0.0.1:${ports.api}`,
    sandboxUrl,
    mongodbUrl,
    database: name,
    client: new Client({ connection, namespace: name }),
    gate,

    /** Starts processes and waits until they are ready. */
    start: async (...names: ProcessName[]): Promise<void> => {
      await Promise.all(
        names.map(async service => {
          const { script, args, env: own, port } = services.find(one => one.name === service)!
          const child = family.start({
            name: service,
            file: process.execPath,
            args: [script, ...args],
            env: { ...own, ...(service.startsWith('calls') && { TEST_TWILIO_BASE_URL: gate.url }), ...given },
            cwd: ROOT,
            logFile: join(workshop.logDir, `${service}.log`),
          })
          running.set(service, child)
          void child.ended.then(() => running.get(service) === child && running.delete(service))
          await untilReady(service, child, signal, () => answersOk(`http://127.0.0.1:${port}/healthz`))
        }),
      )
    },

    /** kill -9. */
    kill: async (service: ProcessName): Promise<void> => {
      const child = running.get(service)!
      process.kill(child.pid, 'SIGKILL')
      await child.ended
    },

    pidOf: (service: ProcessName): number | undefined => running.get(service)?.pid,

    isRunning: (service: ProcessName): boolean => running.has(service),

    /** Freezes it, wakes it, or tells it to stop. */
    signal: (service: ProcessName, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void => {
      process.kill(running.get(service)!.pid, signal)
    },

    /** Until it has ended, whatever the reason. */
    ended: async (service: ProcessName): Promise<void> => void (await running.get(service)?.ended),

    /** Where it answers. */
    urlOf: (service: ProcessName): string =>
      `http://127.0.0.1:${services.find(one => one.name === service)!.port}`,

    close: async (): Promise<void> => {
      await Promise.all([...running].map(([, child]) => child.stop(STOP_MS)))
      await family.close()
      await gate.close()
      await connection.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export type Processes = Awaited<ReturnType<typeof createProcesses>>

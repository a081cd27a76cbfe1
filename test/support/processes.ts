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

/** Nothing runs yet. The calls worker reaches the carrier through `gate`. */
export const createProcesses = async () => {
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
  const around = { ports, env, mongodbUrl, temporalAddress, database: name, temporalNamespace: name, speed: 20 }
  const services = servicesOf(around)
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
    start: async (...names: ('sandbox' | 'api' | 'calls' | 'media')[]): Promise<void> => {
      await Promise.all(
        names.map(async service => {
          const { script, args, env: own, port } = services.find(one => one.name === service)!
          const child = family.start({
            name: service,
            file: process.execPath,
            args: [script, ...args],
            env: service === 'calls' ? { ...own, TEST_TWILIO_BASE_URL: gate.url } : own,
            cwd: ROOT,
            logFile: join(workshop.logDir, `${service}.log`),
          })
          running.set(service, child)
          await untilReady(service, child, signal, () => answersOk(`http://127.0.0.1:${port}/healthz`))
        }),
      )
    },

    /** kill -9. */
    kill: async (service: 'calls' | 'media'): Promise<void> => {
      const child = running.get(service)!
      process.kill(child.pid, 'SIGKILL')
      await child.ended
    },

    close: async (): Promise<void> => {
      for (const service of ['calls', 'media', 'api', 'sandbox']) await running.get(service)?.stop()
      await family.close()
      await gate.close()
      await connection.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export type Processes = Awaited<ReturnType<typeof createProcesses>>

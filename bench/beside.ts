// Servers beside a stack whose own processes do not run.
import { join } from 'node:path'

import { createFamily } from '../devstack/children.ts'
import { choosePorts } from '../devstack/ports.ts'
import { answersOk, untilReady } from '../devstack/ready.ts'
import { servicesOf } from '../devstack/services.ts'
import type { Service } from '../devstack/services.ts'
import type { Stack } from '../devstack/stack.ts'

/** A server that is stopped by whoever started it. */
export interface Server {
  url: string
  pid: number
  stop: () => Promise<void>
}

/** Starts the API by itself beside the servers of a stack, as the stack would. */
export const startApi = async (stack: Stack, signal: AbortSignal): Promise<Server> => {
  const { env } = process
  const ports = await choosePorts('free', ['api', 'sandbox'], env)
  const service = servicesOf({ ...stack, ports, env, speed: 20 }).find(({ name }) => name === 'api')
  if (!service) throw new Error('the stack has no API')
  return await startBeside(stack, service, signal)
}

/** Starts a process; it is ready when /healthz on its port answers. */
export const startBeside = async (
  { logDir }: Pick<Stack, 'logDir'>,
  { name, script, args, env, port }: Service,
  signal: AbortSignal,
): Promise<Server> => {
  const family = createFamily()
  const child = family.start({
    name,
    file: process.execPath,
    args: [script, ...args],
    env,
    cwd: join(import.meta.dirname, '..'),
    logFile: join(logDir, `${name}.log`),
  })
  const url = `http://127.0.0.1:${port}`
  try {
    await untilReady(name, child, signal, () => answersOk(`${url}/healthz`))
  } catch (error) {
    await family.close()
    throw error
  }
  return { url, pid: child.pid, stop: () => family.close() }
}

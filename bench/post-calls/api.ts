import { join } from 'node:path'

import { createFamily } from '../../devstack/children.ts'
import { choosePorts } from '../../devstack/ports.ts'
import { answersOk, untilReady } from '../../devstack/ready.ts'
import { servicesOf } from '../../devstack/services.ts'
import type { Stack } from '../../devstack/stack.ts'

/** Starts the API by itself beside the servers of a stack, as the stack would. */
export const startApi = async (
  stack: Stack,
  signal: AbortSignal,
): Promise<{ url: string; pid: number; stop: () => Promise<void> }> => {
  const { env } = process
  const ports = await choosePorts('free', ['api', 'sandbox'], env)
  const service = servicesOf({ ...stack, ports, env, speed: 20 }).find(({ name }) => name === 'api')
  if (!service) throw new Error('the stack has no API')
  const family = createFamily()
  const { name, script, args } = service
  const child = family.start({
    name,
    file: process.execPath,
    args: [script, ...args],
    env: service.env,
    cwd: join(import.meta.dirname, '../..'),
    logFile: join(stack.logDir, 'api.log'),
  })
  const url = `http://127.0.0.1:${service.port}`
  try {
    await untilReady(name, child, signal, () => answersOk(`${url}/healthz`))
  } catch (error) {
    await family.close()
    throw error
  }
  return { url, pid: child.pid, stop: () => family.close() }
}

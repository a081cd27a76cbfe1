import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { createFamily } from '../devstack/children.ts'
import { choosePorts } from '../devstack/ports.ts'
import { answersOk, untilReady } from '../devstack/ready.ts'
import type { Stack } from '../devstack/stack.ts'

/** Starts another process like the one of this name in a stack: its command and environment, with a port of its own. */
export const startTwin = async (
  { pids, logDir }: Pick<Stack, 'pids' | 'logDir'>,
  of: 'media' | 'calls',
  signal: AbortSignal,
): Promise<{ stop: () => Promise<void> }> => {
  const { [of]: port } = await choosePorts('free', [of], process.env)
  const [file = '', ...args] = await readFields(pids[of], 'cmdline')
  const env = Object.fromEntries(
    (await readFields(pids[of], 'environ')).map(field => [
      field.slice(0, field.indexOf('=')),
      field.slice(field.indexOf('=') + 1),
    ]),
  )
  const family = createFamily()
  const name = `${of}-twin`
  const child = family.start({
    name,
    file,
    args,
    env: {
      ...env,
      PORT: String(port),
      ...(of === 'media' && { MEDIA_PUBLIC_URL: `ws://127.0.0.1:${port}` }),
    },
    cwd: join(import.meta.dirname, '..'),
    logFile: join(logDir, `${name}.log`),
  })
  try {
    await untilReady(name, child, signal, () => answersOk(`http://127.0.0.1:${port}/healthz`))
  } catch (error) {
    await family.close()
    throw error
  }
  return { stop: () => family.close() }
}

/** The fields of a file in /proc/<pid> that ends each of them with a NUL. */
const readFields = async (pid: number | undefined, file: 'cmdline' | 'environ'): Promise<string[]> =>
  (await readFile(`/proc/${pid}/${file}`, 'utf8')).split('\0').filter(field => field !== '')

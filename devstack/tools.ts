// Running a tool to its end (a build, a download, a version check) as a child of the stack's family.
import { readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { isExecutable } from './cache.ts'
import type { Command, Family } from './children.ts'
import { SetupError } from './setup-error.ts'

/** What a tool needs around it: the family it is a child of, where its log goes, and when to give up. */
export type Workshop = { family: Family; env: NodeJS.ProcessEnv; logDir: string; signal: AbortSignal }

/** How a tool ended; `output` is everything that it printed. */
export type ToolResult = { ok: boolean; output: string }

/** The path of a command that is on PATH, or undefined. */
export const findOnPath = async (name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && (await isExecutable(join(folder, name)))) return join(folder, name)
  }
  return undefined
}

/** The environment that tools and servers may see: where things are, how to reach the network, nothing else. */
export const baseEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const passed =
    /^(PATH|HOME|USER|LANG|LC_\w+|TMPDIR|TZ|XDG_CACHE_HOME|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|(HTTPS?|NO|ALL)_PROXY)$/i
  return Object.fromEntries(Object.entries(env).filter(([name]) => passed.test(name)))
}

/** Runs a tool to its end; its log is in the workshop's folder unless one is named. `timeoutMs` or the workshop's signal end it early; the latter throws SetupError. */
export const runTool = async (
  workshop: Workshop,
  tool: Omit<Command, 'logFile'> & { logFile?: string },
  timeoutMs: number,
): Promise<ToolResult> => {
  if (workshop.signal.aborted) throw new SetupError('stopped')
  const logFile = join(workshop.logDir, `${tool.name}.log`)
  const child = workshop.family.start({ logFile, ...tool })
  const limit = AbortSignal.any([workshop.signal, AbortSignal.timeout(timeoutMs)])
  const stop = (): void => void child.stop(2_000)
  limit.addEventListener('abort', stop)
  const ending = await child.ended
  limit.removeEventListener('abort', stop)
  if (workshop.signal.aborted) throw new SetupError('stopped')
  const output = await readFile(child.logFile, 'utf8').catch(() => '')
  return { ok: ending.code === 0, output }
}

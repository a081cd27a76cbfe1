// Waiting until a server that was just started answers.
import { once } from 'node:events'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Child, Ending } from './children.ts'
import { isDiskFull } from './disk.ts'
import { errorText, SetupError } from './setup-error.ts'

const limitMs = 60_000

/** What to tell when a child ended that should have gone on. */
export const describeEnding = (ending: Ending, logFile: string): string => {
  if (isDiskFull(dirname(logFile)))
    return `${ending.name} ${ending.how}: the disk is full, no space is left for ${dirname(logFile)}`
  return [
    `${ending.name} ${ending.how}. The last lines of ${logFile}:`,
    ...ending.lastLines.split('\n').map(line => `  ${line}`),
  ].join('\n')
}

/** Repeats `probe` until it resolves. Throws SetupError if the child ends first, the time is over, or on `signal`. */
export const untilReady = async (
  name: string,
  child: Child | null,
  signal: AbortSignal,
  probe: () => Promise<unknown>,
): Promise<void> => {
  let ended: Ending | undefined
  void child?.ended.then(ending => (ended = ending))
  const deadline = Date.now() + limitMs
  for (;;) {
    if (signal.aborted) throw new SetupError('stopped')
    if (ended !== undefined && child !== null) throw new SetupError(describeEnding(ended, child.logFile))
    try {
      await probe()
      return
    } catch (error) {
      if (Date.now() > deadline)
        throw new SetupError(`${name} does not answer within ${limitMs / 1000} s: ${errorText(error)}`)
    }
    await sleep(50)
  }
}

/** Resolves when something on this machine listens on the port. */
export const listens = async (port: number): Promise<void> => {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}

/** Resolves when the URL answers 200. */
export const answersOk = async (url: string): Promise<void> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
}

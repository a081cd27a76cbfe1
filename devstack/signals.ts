// How a command that holds a stack ends: on Ctrl-C, SIGTERM or SIGHUP it stops everything in order; another Ctrl-C ends
// it at once, and the guard ends what is left.
import { SetupError } from './setup-error.ts'

/** Aborted by the first signal; `exitCode` is what the shell expects after it. */
export type Interruption = { signal: AbortSignal; exitCode: () => number }

const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
// npm and run.mjs hand on signals that the terminal has sent here as well: so soon it is the same one again.
const sameSignalMs = 1_000

/** Takes over this process's signals. */
const listenForSignals = (): Interruption => {
  const controller = new AbortController()
  let code = 0
  let firstAt = 0
  for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        code = codes[name]
        firstAt = Date.now()
        controller.abort()
      } else if (name === 'SIGINT' && Date.now() - firstAt > sameSignalMs) process.exit(code)
    })
  }
  return { signal: controller.signal, exitCode: () => code }
}

/** Runs a command to its exit code: a SetupError is shown as its sentence, anything else with its stack trace. */
export const runCommand = async (work: (interruption: Interruption) => Promise<number>): Promise<never> => {
  const interruption = listenForSignals()
  try {
    process.exit(await work(interruption))
  } catch (error) {
    if (interruption.signal.aborted) process.exit(interruption.exitCode())
    if (error instanceof SetupError) console.error(`\nerrand: ${error.message}`)
    else console.error(error)
    process.exit(1)
  }
}

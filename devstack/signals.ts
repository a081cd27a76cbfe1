// How a command that holds a stack ends: on Ctrl-C, SIGTERM or SIGHUP it stops everything in order; a second signal ends
// it at once, and the guard ends what is left.
import { SetupError } from './setup-error.ts'

/** Aborted by the first signal; `exitCode` is what the shell expects after it. */
export type Interruption = { signal: AbortSignal; exitCode: () => number }

const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** Takes over this process's signals. */
export const listenForSignals = (): Interruption => {
  const controller = new AbortController()
  let code = 0
  for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(codes[name])
      code = codes[name]
      controller.abort()
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

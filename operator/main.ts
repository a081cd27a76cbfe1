// `npm run errand -- …`: what operators do by hand, over the same services as the API and the workers.
import { runCommandLine } from './command-line.ts'

const GRACE_MS = 3_000

const controller = new AbortController()
const interrupt = (): void => {
  controller.abort()
  // What follows a call ends by itself; anything else is not waited for.
  setTimeout(() => process.exit(130), GRACE_MS).unref()
}
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt)
// Whoever reads has gone, as `head` does.
process.stdout.on('error', () => process.exit(0))

process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  out: text => void process.stdout.write(`${text}\n`),
  err: text => void process.stderr.write(`${text}\n`),
  interrupted: controller.signal,
})

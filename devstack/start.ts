// `npm start`: the whole stack on its standard ports, with its data in .data/, until Ctrl-C.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createDevelopmentAccount } from './account.ts'
import { optionsOrExit, parseNothing } from './options.ts'
import { portPage } from './ports.ts'
import { createProgress } from './progress.ts'
import { errorCode } from './setup-error.ts'
import { runCommand, type Interruption } from './signals.ts'
import { startStack, type Stack } from './stack.ts'

const dataDir = join(import.meta.dirname, '..', '.data')
const keyFile = join(dataDir, 'test-key')

const rememberedKey = (): string | undefined => {
  try {
    return readFileSync(keyFile, 'utf8').trim()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** False when the store no longer knows the key: another MONGODB_URL, or the data was removed. */
const isKnown = async (apiUrl: string, key: string): Promise<boolean> => {
  const response = await fetch(`${apiUrl}/api/v1/calls?limit=1`, { headers: { 'x-api-key': key } })
  await response.body?.cancel()
  return response.status !== 401
}

/** The same account's key at every start. */
const testKey = async ({ apiUrl, mongodbUrl, database }: Stack): Promise<string> => {
  const remembered = rememberedKey()
  if (remembered !== undefined && (await isKnown(apiUrl, remembered))) return remembered
  const account = await createDevelopmentAccount({ mongodbUrl, database })
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(keyFile, `${account.testKey}\n`, { mode: 0o600 })
  return account.testKey
}

const page = (stack: Stack, key: string): string =>
  [
    '',
    `  API           ${stack.apiUrl}`,
    `  test key      ${key}   (rings nobody)`,
    `  reference     ${stack.apiUrl}/docs`,
    `  Temporal UI   ${stack.temporalUiUrl ?? `that of ${stack.temporalAddress}`}`,
    `  logs          ${stack.logDir}`,
    '',
    `  curl ${stack.apiUrl}/api/v1/calls -H 'content-type: application/json' -H 'x-api-key: ${key}' \\`,
    `    -d '{"to_phone_number": "+14155550100", "objective": "Book a table for 2 at 7pm at Nopa"}'`,
    '',
    '  Ctrl-C stops everything; the data stays.',
    '',
  ].join('\n')

const USAGE = `usage: npm start

Brings up the whole stack, prints a test key, and stops it on Ctrl-C; the data stays in .data/. It reads the environment:

  MONGODB_URL, TEMPORAL_ADDRESS   servers of yours in the place of its own
  TWILIO_…, OPENAI_API_KEY, …     what live calls need (README, "Live calls")
${portPage()}

npm run errand needs the same STORE_PORT and TEMPORAL_PORT.`

const start = async (interruption: Interruption): Promise<number> => {
  const { signal } = interruption
  const progress = createProgress()
  const stack = await startStack({ dataDir, progress, ports: 'standard', signal })
  try {
    console.log(page(stack, await testKey(stack)))
    const interrupted = new Promise<null>(resolve => {
      if (signal.aborted) resolve(null)
      signal.addEventListener('abort', () => resolve(null))
    })
    const death = await Promise.race([interrupted, stack.died])
    if (death === null) return 0
    console.error(`\nerrand: ${death}`)
    return 1
  } finally {
    await progress.step('stack', 'stopping', async () => ({ value: await stack.stop(), done: 'stopped' }))
  }
}

optionsOrExit(parseNothing('npm start', process.argv.slice(2)), USAGE)
await runCommand(start)

// `npm run demo`: the README's own call on a stack of its own, from nothing to nothing.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { SCENARIOS } from '../src/sandbox/scenarios/table.ts'
import { createDevelopmentAccount } from './account.ts'
import { placeAndFollow } from './demo/call.ts'
import { differences } from './demo/differences.ts'
import { createKiller } from './demo/killer.ts'
import { settledMsAt } from './demo/handover.ts'
import { parseDemoOptions, USAGE } from './demo/options.ts'
import type { DemoOptions } from './demo/options.ts'
import { curlLine, readmeRequest } from './demo/request.ts'
import { optionsOrExit } from './options.ts'
import { createProgress } from './progress.ts'
import { SetupError } from './setup-error.ts'
import { runCommand } from './signals.ts'
import type { Interruption } from './signals.ts'
import { startStack } from './stack.ts'
import type { Stack } from './stack.ts'

const list = (): number => {
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length)) + 2
  for (const { name, number, description, ends } of SCENARIOS) {
    const end = [ends.status, ends.outcome ?? ends.errorCode].filter(Boolean).join(', ')
    console.log(`${name.padEnd(width)}${number}   ${end.padEnd(26)}${description}`)
  }
  return 0
}

const playScenario = async (
  stack: Stack,
  { scenario, kill, speed }: DemoOptions,
  signal: AbortSignal,
): Promise<number> => {
  const account = await createDevelopmentAccount(stack)
  const request = { ...(await readmeRequest(stack.sandboxUrl)), to_phone_number: scenario.number }
  const { body, creditsBefore, creditsAfter } = await placeAndFollow(
    stack,
    account,
    request,
    signal,
    process.stdout,
    kill ? createKiller(stack) : undefined,
  )
  console.log(`\n${JSON.stringify(body, null, 2)}\n`)
  console.log(`credits      ${creditsBefore} before, ${creditsAfter} after`)

  const loss = kill ? { lossMs: null, settledMs: settledMsAt(speed) } : null
  const found = await differences(stack, scenario, body.data, creditsBefore - creditsAfter, loss)
  for (const difference of found) console.error(`differs      ${difference}`)
  if (found.length === 0)
    console.log(`scenario     ${scenario.name}: it ended as it should${kill ? '' : ', word for word'}`)
  return found.length === 0 ? 0 : 1
}

const stay = async (stack: Stack, options: DemoOptions, signal: AbortSignal): Promise<void> => {
  const { testKey } = await createDevelopmentAccount(stack)
  const request = { ...(await readmeRequest(stack.sandboxUrl)), to_phone_number: options.scenario.number }
  console.log(
    `\nThe stack stays up until Ctrl-C.\n\nTemporal UI  ${stack.temporalUiUrl ?? 'that of your own server'}\n`,
  )
  console.log(`${curlLine(stack.apiUrl, testKey, request)}\n`)
  const interrupted = new Promise<null>(resolve => {
    if (signal.aborted) resolve(null)
    signal.addEventListener('abort', () => resolve(null))
  })
  const death = await Promise.race([interrupted, stack.died])
  if (death !== null) throw new SetupError(death)
}

const play = async (options: DemoOptions, { signal }: Interruption): Promise<number> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'errand-demo-'))
  const progress = createProgress()
  try {
    const stack = await startStack({
      dataDir,
      progress,
      ports: 'free',
      speed: options.speed,
      mediaWorkers: options.kill ? 2 : 1,
      ui: options.keep,
      signal,
    })
    try {
      const code = await Promise.race([playScenario(stack, options, signal), stack.died])
      if (typeof code === 'string') throw new SetupError(code)
      if (options.keep) await stay(stack, options, signal)
      return code
    } finally {
      await progress.step('stack', 'stopping', async () => ({ value: await stack.stop(), done: 'stopped' }))
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

const options = optionsOrExit(parseDemoOptions(process.argv.slice(2)), USAGE)
if (options === 'list') process.exit(list())
await runCommand(async interruption => await play(options, interruption))

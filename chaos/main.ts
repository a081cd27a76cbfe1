// `npm run chaos`: tries to break the promises about calls, and checks them against accounts that the code under test
// does not keep.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { optionsOrExit } from '../devstack/options.ts'
import { createProgress } from '../devstack/progress.ts'
import { SetupError } from '../devstack/setup-error.ts'
import { runCommand } from '../devstack/signals.ts'
import { parseChaosOptions, USAGE } from './options.ts'
import type { ChaosOptions } from './options.ts'
import { planOf } from './plan.ts'
import type { Plan } from './plan.ts'
import { keepFailure, runLine, table, violationLines } from './report.ts'
import type { RunResult } from './run.ts'
import { runAll } from './session.ts'
import { startChaosStack } from './stack.ts'
import { sweepPlans } from './sweep.ts'
import { REAL_PATIENCE, SCALED, SCALED_PATIENCE } from './timeouts.ts'

const FAILURES = join(import.meta.dirname, '../.chaos')

const RUNS = 20

const plansOf = ({ sweep, runs, from, seed, kinds }: ChaosOptions): Plan[] => {
  if (sweep) return sweepPlans(seed).slice(from - 1, runs === null ? undefined : from - 1 + runs)
  return Array.from({ length: runs ?? RUNS }, (_, n) => planOf(seed, from + n, kinds))
}

const show = async (result: RunResult): Promise<void> => {
  console.log(runLine(result))
  if (result.violations === 0) return
  for (const line of violationLines(result)) console.log(line)
  console.log(`  kept in ${await keepFailure(FAILURES, result)}`)
}

const play = async (options: ChaosOptions, signal: AbortSignal): Promise<number> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'errand-chaos-'))
  const startedAt = performance.now()
  let isFailed = true
  try {
    // Its own servers always: they are cut off, and their data is thrown away.
    const env = { ...process.env, MONGODB_URL: '', TEMPORAL_ADDRESS: '' }
    const timeouts = options.unscaled ? {} : SCALED
    const stack = await startChaosStack({
      dataDir,
      signal,
      env,
      timeouts,
      speed: options.speed,
      progress: createProgress(process.stderr),
    })
    try {
      const patience = options.unscaled ? REAL_PATIENCE : SCALED_PATIENCE
      const { results, problem } = await runAll(stack, plansOf(options), {
        patience,
        signal,
        atOnce: options.atOnce,
        speed: options.speed,
        show,
      })
      const violations = results.reduce((sum, result) => sum + result.violations, 0)
      const seconds = Math.round((performance.now() - startedAt) / 1000)
      console.log(`\n${table(results)}\n\nseed ${options.seed}, ${seconds} s, violations: ${violations}`)
      if (problem !== null) throw new SetupError(problem)
      isFailed = violations > 0
      return isFailed ? 1 : 0
    } finally {
      await stack.stop()
    }
  } finally {
    if (options.keepLogs) console.log(`logs: ${join(dataDir, 'logs')}`)
    else await rm(dataDir, { recursive: true, force: true })
  }
}

const options = optionsOrExit(parseChaosOptions(process.argv.slice(2)), USAGE)
if (options.planOnly) {
  for (const plan of plansOf(options)) console.log(JSON.stringify(plan))
  process.exit(0)
}
await runCommand(async ({ signal }) => await play(options, signal))

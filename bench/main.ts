// `npm run bench`: how fast and how big it is here, in tables, each with its control in the same run. Nothing is
// asserted: a slow machine gives other numbers, not a failure. It fails only where something did not work.
import { actions } from './actions.ts'
import type { Benchmark } from './benchmark.ts'
import { calls } from './calls.ts'
import { getCall } from './get-call.ts'
import { handover } from './handover.ts'
import { describeMachine } from './machine.ts'
import { memory } from './memory.ts'
import { parseBenchOptions, usage } from './options.ts'
import { postCalls } from './post-calls.ts'
import { optionsOrExit } from '../devstack/options.ts'
import { runCommand } from '../devstack/signals.ts'

const BENCHMARKS: readonly Benchmark[] = [postCalls, getCall, calls, memory, actions, handover]

const { benchmarks, quick } = optionsOrExit(
  parseBenchOptions(BENCHMARKS, process.argv.slice(2)),
  usage(BENCHMARKS),
)

await runCommand(async ({ signal }) => {
  console.log(describeMachine())
  for (const { name, title, run } of benchmarks) {
    console.log(`\n== ${name}: ${title}`)
    await run({ quick, signal })
  }
  return 0
})

// `npm run bench`: how fast and how big it is here, in tables, each with its control in the same run. Nothing is
// asserted: a slow machine gives other numbers, not a failure. It fails only where something did not work.
import { actions } from './actions.ts'
import type { Benchmark } from './benchmark.ts'
import { calls } from './calls.ts'
import { handover } from './handover.ts'
import { describeMachine } from './machine.ts'
import { memory } from './memory.ts'
import { parseBenchOptions, usage } from './options.ts'
import { postCalls } from './post-calls.ts'
import { runCommand } from '../devstack/signals.ts'

const BENCHMARKS: readonly Benchmark[] = [postCalls, calls, memory, actions, handover]

const parsed = parseBenchOptions(BENCHMARKS, process.argv.slice(2))
if (parsed.kind === 'wrong') {
  console.error(`errand: ${parsed.message}\n\n${usage(BENCHMARKS)}`)
  process.exit(2)
}
if (parsed.kind === 'help') {
  console.log(usage(BENCHMARKS))
  process.exit(0)
}

await runCommand(async ({ signal }) => {
  console.log(describeMachine())
  for (const { name, title, run } of parsed.benchmarks) {
    console.log(`\n== ${name}: ${title}`)
    await run({ quick: parsed.quick, signal })
  }
  return 0
})

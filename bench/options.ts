import { parseArgs } from 'node:util'

import type { Parsed } from '../devstack/options.ts'
import { messageOf } from '../src/errors.ts'
import type { Benchmark } from './benchmark.ts'

export interface BenchOptions {
  benchmarks: readonly Benchmark[]
  quick: boolean
}

/** The page of `--help`. */
export const usage = (all: readonly Benchmark[]): string => `usage: npm run bench [-- NAME… --quick]

${all.map(({ name, title }) => `  ${name.padEnd(12)}${title}`).join('\n')}

  NAME…       run these (default: all)
  --quick     fewer repeats: to see that they run, not to compare
  --help      this page`

/** What is asked for; names in any order, run in the order of `all`. */
export const parseBenchOptions = (all: readonly Benchmark[], args: string[]): Parsed<BenchOptions> => {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    })
    if (values.help) return { kind: 'help' }
    const unknown = positionals.find(name => !all.some(benchmark => benchmark.name === name))
    if (unknown !== undefined) return { kind: 'wrong', message: `there is no benchmark "${unknown}"` }
    const benchmarks = positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name))
    return { kind: 'run', options: { benchmarks, quick: values.quick } }
  } catch (error) {
    return { kind: 'wrong', message: messageOf(error) }
  }
}

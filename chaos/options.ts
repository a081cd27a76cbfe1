import { parseArgs } from 'node:util'

import type { Parsed } from '../devstack/options.ts'
import { messageOf } from '../src/errors.ts'
import { KINDS } from './faults/fault.ts'
import type { Kind } from './faults/fault.ts'

export interface ChaosOptions {
  /** Null: as many as there are, for a sweep; else a few. */
  runs: number | null
  seed: string
  /** The number of the first run: a run that failed is repeated by its own. */
  from: number
  kinds: readonly Kind[]
  speed: number
  unscaled: boolean
  sweep: boolean
  planOnly: boolean
  keepLogs: boolean
  /** Calls that may be open at once. */
  atOnce: number
}

export const USAGE = `usage: npm run chaos -- [options]

  --runs N       how many runs, each a few calls at once and one fault (default: 20, all of a sweep)
  --seed S       what the plans follow from; the same seed gives the same plans (default: the time)
  --from N       the number of the first run (default: 1); --from 17 --runs 1 repeats run 17
  --only KINDS   of ${KINDS.join(', ')}; several with commas
  --sweep        instead, call by call: kill -9 of both calls workers at every boundary of every activity of every
                 scenario (--from and --runs take a part of it)
  --plan         prints the plans and runs nothing
  --speed N      media time per wall time (default: 20)
  --at-once N    calls that may be open at once (default: 10)
  --unscaled     with the time-outs of production
  --keep-logs    keeps the logs of all processes; a failing run's plan and events are always kept
  --help         this page

It exits 0 when every promise was kept, 1 when one was broken, 2 for options that it does not know.`

/** What is asked for. */
export const parseChaosOptions = (args: string[]): Parsed<ChaosOptions> => {
  try {
    const { values } = parseArgs({
      args,
      options: {
        runs: { type: 'string' },
        seed: { type: 'string', default: String(Date.now()) },
        from: { type: 'string', default: '1' },
        only: { type: 'string', default: KINDS.join(',') },
        speed: { type: 'string', default: '20' },
        'at-once': { type: 'string', default: '10' },
        unscaled: { type: 'boolean', default: false },
        sweep: { type: 'boolean', default: false },
        plan: { type: 'boolean', default: false },
        'keep-logs': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return { kind: 'help' }
    const kinds = values.only.split(',').map(name => {
      const kind = KINDS.find(one => one === name.trim())
      if (!kind) throw new Error(`--only takes ${KINDS.join(', ')}, not "${name}"`)
      return kind
    })
    const options: ChaosOptions = {
      runs: values.runs === undefined ? null : whole('--runs', values.runs, 1, 100_000),
      from: whole('--from', values.from, 1, 1_000_000),
      speed: whole('--speed', values.speed, 1, 100),
      atOnce: whole('--at-once', values['at-once'], 1, 100),
      seed: values.seed,
      kinds,
      unscaled: values.unscaled,
      sweep: values.sweep,
      planOnly: values.plan,
      keepLogs: values['keep-logs'],
    }
    return { kind: 'run', options }
  } catch (error) {
    return { kind: 'wrong', message: messageOf(error) }
  }
}

const whole = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new Error(`${name} takes a whole number from ${least} to ${most}, not "${text}"`)
}

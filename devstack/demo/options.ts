import { parseArgs } from 'node:util'

import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts'
import { messageOf } from '../../src/errors.ts'
import type { Parsed } from '../options.ts'

export interface DemoOptions {
  scenario: Scenario
  /** Media time per wall time. */
  speed: number
  keep: boolean
  /** What is killed in the middle of the call. */
  kill: 'media' | null
}

export type ParsedOptions = Parsed<DemoOptions | 'list'>

export const USAGE = `usage: npm run demo [-- options]

  --list              the scenarios and how each must end
  --scenario NAME     play this one (default: agrees)
  --speed N           media time per wall time, 1 to 100 (default: 20, with --kill 5; 1 is real time)
  --kill media        kill -9 of the media host that holds the call, in the middle of it
  --keep              leave the stack up afterwards, until Ctrl-C
  --help              this page`

/** What the demo is asked for. */
export const parseDemoOptions = (args: string[]): ParsedOptions => {
  try {
    const { values } = parseArgs({
      args,
      options: {
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        kill: { type: 'string' },
        scenario: { type: 'string', default: 'agrees' },
        speed: { type: 'string' },
      },
    })
    if (values.help) return { kind: 'help' }
    if (values.list) return { kind: 'run', options: 'list' }
    const scenario = SCENARIOS.find(({ name }) => name === values.scenario)
    if (!scenario) return wrong(`there is no scenario "${values.scenario}"; expected one of ${names()}`)
    // Slower where something is killed: what is lost with it is counted by the wall clock.
    const speed = Number(values.speed ?? (values.kill ? '5' : '20'))
    if (!(speed >= 1 && speed <= 100)) return wrong(`--speed takes a number from 1 to 100, not "${values.speed}"`)
    const { kill = null } = values
    if (kill !== null && kill !== 'media') return wrong(`--kill takes media, not "${kill}"`)
    return { kind: 'run', options: { scenario, speed, keep: values.keep, kill } }
  } catch (error) {
    return wrong(messageOf(error))
  }
}

const wrong = (message: string): ParsedOptions => ({ kind: 'wrong', message })
const names = (): string => SCENARIOS.map(({ name }) => name).join(', ')

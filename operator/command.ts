// What a command of the operator's is: how it is called, its page, and what it does once its arguments are read.
// O1  Arguments are read before anything is connected: wrong usage is told without a store.
import { parseArgs } from 'node:util'

import { messageOf } from '../src/errors.ts'
import type { Operator } from './deps.ts'

/** The arguments are not what the command takes. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What was asked for could not be done; the message is for the operator. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

export interface Option {
  /** What stands for its value in the page, such as `N`; without one it is a flag. */
  takes?: string
  about: string
}

/** What was given, still as text. */
export interface Given {
  /** As many as `takes` names. */
  args: string[]
  text: (option: string) => string | undefined
  isSet: (flag: string) => boolean
}

export type Action = (operator: Operator) => Promise<void>

export interface Command {
  /** Such as `accounts create`. */
  name: string
  summary: string
  /** Its arguments, such as `ACCOUNT`, each with what it is. */
  takes: Record<string, string>
  options: Record<string, Option>
  /** What else its page says. */
  about?: string
  /** Reads what was given; throws UsageError. */
  read: (given: Given) => Action
}

export const PROGRAM = 'npm run errand --'

const COMMON: Record<string, Option> = {
  json: { about: 'one line of JSON, for scripts (with npm run --silent)' },
  help: { about: 'this page' },
}

/** What was asked for: a page, or an action. Throws UsageError. */
export const parseCommand = (
  command: Command,
  words: string[],
): { kind: 'help' } | { kind: 'run'; action: Action; isJson: boolean } => {
  const { values, positionals } = parse(command, words)
  if (values['help'] === true) return { kind: 'help' }
  const names = Object.keys(command.takes)
  const missing = names[positionals.length]
  if (missing !== undefined) throw new UsageError(`${missing} is missing: ${command.takes[missing]}`)
  if (positionals.length > names.length)
    throw new UsageError(
      `"${positionals[names.length]}" is too much; expected ${names.join(' ') || 'no arguments'}`,
    )
  const action = command.read({
    args: positionals.map(word => word.trim()),
    text: option => {
      const value = values[option]
      return typeof value === 'string' ? value.trim() : undefined
    },
    isSet: flag => values[flag] === true,
  })
  return { kind: 'run', action, isJson: values['json'] === true }
}

const parse = ({ options }: Command, args: string[]) => {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries({ ...options, ...COMMON }).map(([name, { takes }]) => [
          name,
          {
            type: takes === undefined ? ('boolean' as const) : ('string' as const),
            ...(name === 'help' && { short: 'h' }),
          },
        ]),
      ),
    })
  } catch (error) {
    throw new UsageError(messageOf(error).split('. ')[0] ?? messageOf(error))
  }
}

const usageOf = ({ name, takes, options }: Command): string =>
  [PROGRAM, name, ...Object.keys(takes), ...(Object.keys(options).length > 0 ? ['[options]'] : [])].join(' ')

/** How a command is called, in one line. */
export const usage = (command: Command): string => `usage: ${usageOf(command)}`

/** The page of a command. */
export const pageOf = (command: Command): string => {
  const options = Object.entries({ ...command.options, ...COMMON }).map(
    ([name, { takes, about }]): [string, string] => [`--${name}${takes === undefined ? '' : ` ${takes}`}`, about],
  )
  const lines = [...Object.entries(command.takes), ...options]
  const about = command.about === undefined ? '' : `\n\n${command.about}`
  return `${usage(command)}\n\n${command.summary}.${about}\n\n${columns(lines)}`
}

/** The page of several commands. */
export const pageOfAll = (commands: Command[], topic: string): string =>
  `usage: ${PROGRAM} ${topic}\n\n${columns(
    commands.map(command => [[command.name, ...Object.keys(command.takes)].join(' '), command.summary]),
  )}\n\nEach says with --help what it takes. They end with 0, with 1 if it could not be done, with 2 for wrong usage.`

const columns = (lines: [string, string][]): string => {
  const width = Math.max(...lines.map(([left]) => left.length)) + 2
  return lines.map(([left, right]) => `  ${left.padEnd(width)}${right}`).join('\n')
}

// The whole command line but its process: which command is meant, and what its end is worth.
import { ConfigError, operatorConfig } from '../src/config.ts'
import { AppError, messageOf } from '../src/errors.ts'
import { Refusal, UsageError, pageOf, pageOfAll, parseCommand, usage } from './command.ts'
import type { Command } from './command.ts'
import { COMMANDS } from './commands/all.ts'
import { connectOperator } from './deps.ts'
import type { Say } from './deps.ts'
import { harmless } from './show.ts'

const [DONE, REFUSED, WRONG] = [0, 1, 2]
const HELP = new Set(['--help', '-h', 'help'])

export interface Terminal {
  env: Record<string, string | undefined>
  /** To standard output, and to standard error: a line, or some. */
  out: (text: string) => void
  err: (text: string) => void
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal
}

/** Does what the words say; returns 0, 1 if it could not be done, 2 for wrong usage. */
export const runCommandLine = async (words: string[], terminal: Terminal): Promise<number> => {
  const command = COMMANDS.find(({ name }) => name.split(' ').every((word, i) => word === words[i]))
  if (!command) return guide(words, terminal)
  try {
    return await run(command, words.slice(command.name.split(' ').length), terminal)
  } catch (error) {
    terminal.err(`errand: ${explain(error, command)}`)
    return error instanceof UsageError ? WRONG : REFUSED
  }
}

const run = async (command: Command, words: string[], { env, out, interrupted }: Terminal): Promise<number> => {
  const parsed = parseCommand(command, words)
  if (parsed.kind === 'help') {
    out(pageOf(command))
    return DONE
  }
  const say: Say = (text, json) => out(parsed.isJson ? JSON.stringify(json) : harmless(text))
  const operator = await connectOperator(operatorConfig(env), say, interrupted)
  try {
    await parsed.action(operator)
    return DONE
  } finally {
    await operator.close()
  }
}

const explain = (error: unknown, command: Command): string => {
  if (error instanceof UsageError) return `${error.message}\n${usage(command)}\n${command.name} --help says more.`
  const isExpected = error instanceof Refusal || error instanceof AppError || error instanceof ConfigError
  return isExpected ? messageOf(error) : `it could not be done: ${messageOf(error)}`
}

/** No command that there is: a page, or what was expected. */
const guide = (words: string[], { out, err }: Terminal): number => {
  const topic = words.find(word => !HELP.has(word))
  const ofTopic = COMMANDS.filter(({ name }) => name.split(' ')[0] === topic)
  const page = ofTopic.length > 0 ? pageOfAll(ofTopic, `${topic} COMMAND`) : pageOfAll(COMMANDS, 'COMMAND')
  if (words.some(word => HELP.has(word)) && (topic === undefined || ofTopic.length > 0)) {
    out(page)
    return DONE
  }
  err(
    `errand: ${words.length === 0 ? 'what is to be done?' : `there is no command "${words.join(' ')}"`}\n\n${page}`,
  )
  return WRONG
}

// `npm run errand -- …`: what operators do by hand, over the same services as the API and the workers.
// It ends with 0, with 1 if what was asked for could not be done, and with 2 for wrong usage; errors go to standard error.
import { ConfigError, operatorConfig } from '../src/config.ts'
import { AppError, messageOf } from '../src/errors.ts'
import { Refusal, UsageError, pageOf, pageOfAll, parseCommand, usage } from './command.ts'
import type { Command } from './command.ts'
import { COMMANDS } from './commands/all.ts'
import { connectOperator } from './deps.ts'
import type { Say } from './deps.ts'

const [DONE, REFUSED, WRONG] = [0, 1, 2]

const HELP = new Set(['--help', '-h', 'help'])

const out = (text: string): void => void process.stdout.write(`${text}\n`)
const fail = (text: string): void => void process.stderr.write(`errand: ${text}\n`)

const interruption = (): AbortSignal => {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort())
  // Whoever reads has gone, as `head` does.
  process.stdout.on('error', () => process.exit(DONE))
  return controller.signal
}

const run = async (command: Command, words: string[]): Promise<number> => {
  const parsed = parseCommand(command, words)
  if (parsed.kind === 'help') {
    out(pageOf(command))
    return DONE
  }
  const say: Say = (text, json) => out(parsed.isJson ? JSON.stringify(json) : text)
  const operator = await connectOperator(operatorConfig(process.env), say, interruption())
  try {
    await parsed.action(operator)
    return DONE
  } finally {
    await operator.close()
  }
}

const exitCodeOf = (error: unknown, command: Command): number => {
  if (error instanceof UsageError) {
    fail(`${error.message}\n${usage(command)}\n${command.name} --help says more.`)
    return WRONG
  }
  const isExpected = error instanceof Refusal || error instanceof AppError || error instanceof ConfigError
  fail(isExpected ? messageOf(error) : `it could not be done: ${messageOf(error)}`)
  return REFUSED
}

/** No command that there is: a page, or what was expected. */
const guide = (words: string[]): number => {
  const topic = words.find(word => !HELP.has(word))
  const ofTopic = COMMANDS.filter(({ name }) => name.split(' ')[0] === topic)
  const page = ofTopic.length > 0 ? pageOfAll(ofTopic, `${topic} COMMAND`) : pageOfAll(COMMANDS, 'COMMAND')
  if (words.some(word => HELP.has(word)) && (topic === undefined || ofTopic.length > 0)) {
    out(page)
    return DONE
  }
  fail(`${words.length === 0 ? 'what is to be done?' : `there is no command "${words.join(' ')}"`}\n\n${page}`)
  return WRONG
}

const words = process.argv.slice(2)
const command = COMMANDS.find(({ name }) => name.split(' ').every((word, i) => word === words[i]))
process.exitCode = command
  ? await run(command, words.slice(command.name.split(' ').length)).catch((error: unknown) =>
      exitCodeOf(error, command),
    )
  : guide(words)

import type { Command } from '../command.ts'
import { accountCommands } from './accounts.ts'
import { callCommands } from './calls.ts'
import { creditCommands } from './credits.ts'
import { dialingCommands } from './dialing.ts'
import { hostCommands } from './hosts.ts'
import { keyCommands } from './keys.ts'

/** Every command, in the order of the page. */
export const COMMANDS: Command[] = [
  ...accountCommands,
  ...keyCommands,
  ...creditCommands,
  ...callCommands,
  ...dialingCommands,
  ...hostCommands,
]

import { purseOf } from '../../src/credits/credit.ts'
import { randomText } from '../../src/ids.ts'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { modeOf, wholeOf } from '../values.ts'
import { ACCOUNT, accountOf } from './accounts.ts'

const MAX_CREDITS = 1_000_000

const add: Command = {
  name: 'credits add',
  summary: 'Give an account credits',
  takes: { ACCOUNT, N: `how many, 1 to ${MAX_CREDITS}` },
  options: {
    mode: { takes: 'live|test', about: 'of which kind of keys; it has to be named' },
    id: {
      takes: 'TEXT',
      about: 'what they are for, such as an invoice: the same id counts once per account and mode',
    },
  },
  about: "The account's ledger names the id, with op_ before it; without one it is given one.",
  read: given => {
    const [accountId = '', text = ''] = given.args
    const credits = wholeOf(text, 'N', { min: 1, max: MAX_CREDITS })
    const mode = modeOf(given)
    const id = given.text('id') ?? randomText(16)
    if (!/^[\w-]{1,64}$/.test(id))
      throw new UsageError(`--id is "${id}"; expected 1 to 64 letters, digits, hyphens and underscores`)
    return async operator => {
      await accountOf(operator, accountId)
      const purse = purseOf({ accountId, mode })
      const grantId = `op_${id}`
      const isAdded = (await operator.credits.grant(purse, grantId, credits)) === 'granted'
      const balance = await operator.credits.remaining(purse)
      operator.say(
        isAdded
          ? `${credits} ${mode} credits added as ${grantId}: ${balance} now`
          : `${grantId} was added before, nothing is added again: ${balance} now`,
        { grant_id: grantId, is_added: isAdded, balance },
      )
    }
  },
}

export const creditCommands = [add]

import type { AccountLimitChanges } from '../../src/accounts/service.ts'
import type { Account } from '../../src/accounts/store.ts'
import { OPEN_CALLS_CAP, purseOf } from '../../src/credits/credit.ts'
import type { Standing } from '../../src/credits/store.ts'
import { isActive } from '../../src/keys/store.ts'
import { toSecond } from '../../src/calls/present.ts'
import { PROGRAM, Refusal, UsageError } from '../command.ts'
import type { Command, Given } from '../command.ts'
import type { Operator } from '../deps.ts'
import { fields, shorten, table, timeOf } from '../show.ts'
import { oneOf, wholeOf } from '../values.ts'

const MAX_NAME = 200
const MAX_OPEN_CALLS = 1_000
const MAX_A_DAY = 1_000_000
const MAX_LISTED = 1_000

/** What commands say that an account's id is. */
export const ACCOUNT = `the id of an account, acc_… (${PROGRAM} accounts list)`

/** The account; throws a Refusal that says what was expected. */
export const accountOf = async ({ accounts }: Operator, id: string): Promise<Account> => {
  const account = await accounts.find(id)
  if (account) return account
  throw new Refusal(`there is no account "${id}"; expected ${ACCOUNT}`)
}

const create: Command = {
  name: 'accounts create',
  summary: 'Make an account with its welcome credits, a live key and a test key',
  takes: { NAME: 'whose account it is, such as "My shop"' },
  options: {},
  about: 'The keys are shown this once: only their hashes are stored.',
  read: ({ args: [name = ''] }) => {
    if (name === '' || name.length > MAX_NAME)
      throw new UsageError(`NAME has ${name.length} characters; expected 1 to ${MAX_NAME}`)
    return async ({ accounts, keys, say }) => {
      const { accountId, credits } = await accounts.create(name)
      const [live, test] = [await keys.create(accountId, 'live'), await keys.create(accountId, 'test')]
      say(
        `${fields([
          ['account', `${accountId}, ${credits} credits`],
          ['live key', live],
          ['test key', test],
        ])}\nKeep the keys: they are not shown again.`,
        { account_id: accountId, name, credits, live_key: live, test_key: test },
      )
    }
  },
}

const list: Command = {
  name: 'accounts list',
  summary: 'List the accounts, newest first',
  takes: {},
  options: { limit: { takes: 'N', about: 'how many, 50 unless told' } },
  read: given => {
    const limit = wholeOf(given.text('limit') ?? '50', '--limit', { min: 1, max: MAX_LISTED })
    return async ({ accounts, say }) => {
      const found = await accounts.list(limit)
      say(
        table(
          ['account', 'created', 'name'],
          found.map(({ _id, createdAt, name }) => [_id, timeOf(createdAt), shorten(name, 60)]),
          'There are no accounts yet.',
        ),
        found.map(({ _id, createdAt, name }) => ({ account_id: _id, name, created_at: toSecond(createdAt) })),
      )
    }
  },
}

const showAccount = async (operator: Operator, id: string): Promise<void> => {
  const account = await accountOf(operator, id)
  const [live, test] = await Promise.all(
    (['live', 'test'] as const).map(mode =>
      operator.credits.standing(purseOf({ accountId: id, mode }), new Date()),
    ),
  )
  if (!live || !test) throw new Refusal(`the account ${id} has no credits`)
  const keys = (await operator.keys.list(id)).filter(key => isActive(key, new Date()))
  const { callsPerNumberPerHour = null, callingHours = false } = account.limits ?? {}
  operator.say(
    [
      fields([
        ['account', id],
        ['name', account.name],
        ['created', timeOf(account.createdAt)],
        ['calls recorded', account.recordByDefault ? 'yes, unless a call says otherwise' : 'no'],
        ['keys', `${keys.length} active`],
        ['open calls at most', live.openCallsCap],
        ['credits a day at most', live.creditsPerDay ?? 'no limit'],
        ['calls to one number', callsPerNumberPerHour === null ? 'no limit' : `${callsPerNumberPerHour} an hour`],
        ['calling hours', callingHours ? 'kept' : 'not asked for'],
      ]),
      table(
        ['credits', 'balance', 'held', 'open calls', 'spent today'],
        [standingRow('live', live), standingRow('test', test)],
        '',
      ),
    ].join('\n\n'),
    {
      account_id: id,
      name: account.name,
      created_at: toSecond(account.createdAt),
      record_by_default: account.recordByDefault,
      active_keys: keys.length,
      limits: {
        open_calls: live.openCallsCap,
        credits_per_day: live.creditsPerDay,
        calls_per_number_per_hour: callsPerNumberPerHour,
        calling_hours: callingHours,
      },
      live: presentStanding(live),
      test: presentStanding(test),
    },
  )
}

const standingRow = (mode: string, { balance, held, openCalls, spentToday }: Standing): string[] =>
  [mode, balance, held, openCalls, spentToday].map(String)

const presentStanding = ({ balance, held, openCalls, spentToday }: Standing) => ({
  balance,
  held,
  open_calls: openCalls,
  spent_today: spentToday,
})

const show: Command = {
  name: 'accounts show',
  summary: 'Show an account: its credits, its limits, what it has open',
  takes: { ACCOUNT },
  options: {},
  read:
    ({ args: [id = ''] }) =>
    operator =>
      showAccount(operator, id),
}

const OFF = 'off'

const numberOrOff = (given: Given, option: string, max: number, off = OFF): number | null | undefined => {
  const text = given.text(option)
  if (text === undefined) return undefined
  return text === off ? null : wholeOf(text, `--${option}`, { min: 0, max })
}

const limitsOf = (given: Given): AccountLimitChanges => {
  const openCalls = numberOrOff(given, 'open-calls', MAX_OPEN_CALLS, 'default')
  const creditsPerDay = numberOrOff(given, 'credits-per-day', MAX_A_DAY)
  const callsPerNumberPerHour = numberOrOff(given, 'calls-per-number-per-hour', MAX_A_DAY)
  const hours = given.text('calling-hours')
  return {
    ...(openCalls !== undefined && { openCalls }),
    ...(creditsPerDay !== undefined && { creditsPerDay }),
    ...(callsPerNumberPerHour !== undefined && { callsPerNumberPerHour }),
    ...(hours !== undefined && { callingHours: oneOf(hours, '--calling-hours', ['on', OFF]) === 'on' }),
  }
}

const limit: Command = {
  name: 'accounts limit',
  summary: 'Change what an account may do; what is not named stays',
  takes: { ACCOUNT },
  options: {
    'open-calls': {
      takes: 'N|default',
      about: `calls open at once, of live and of test keys; default ${OPEN_CALLS_CAP}`,
    },
    'credits-per-day': { takes: 'N|off', about: 'credits spent a day (UTC), of live and of test keys' },
    'calls-per-number-per-hour': { takes: 'N|off', about: 'live calls to one number' },
    'calling-hours': { takes: 'on|off', about: "whether live calls wait for 8 to 21 h at the callee's place" },
  },
  about:
    'It counts from the next call on; calls that are open stay. 0 lets nothing through. Whoever meets one of the first two\nis answered 429 too_many_calls, with Retry-After.',
  read: given => {
    const [id = ''] = given.args
    const changes = limitsOf(given)
    if (Object.keys(changes).length === 0) throw new UsageError('no limit is named; expected one of the options')
    return async operator => {
      await accountOf(operator, id)
      await operator.accounts.limit(id, changes)
      await showAccount(operator, id)
    }
  },
}

export const accountCommands = [create, list, show, limit]

import { toSecond } from '../../src/calls/present.ts'
import { hashSecret, keyIdOf } from '../../src/keys/secret.ts'
import { isActive } from '../../src/keys/store.ts'
import type { StoredKey } from '../../src/keys/store.ts'
import { PROGRAM, Refusal } from '../command.ts'
import type { Command } from '../command.ts'
import { fields, table, timeOf } from '../show.ts'
import { durationMsOf, modeOf } from '../values.ts'
import { ACCOUNT, accountOf } from './accounts.ts'

const KEY = `the id of a key, 12 digits and letters (${PROGRAM} keys list ACCOUNT)`
const ONCE = 'Keep the key: it is not shown again.'

const noKey = (id: string): Refusal => new Refusal(`there is no key "${id}"; expected ${KEY}, not the key itself`)

const stateOf = (key: StoredKey): string => {
  if (key.revokedAt) return `revoked ${timeOf(key.revokedAt)}`
  if (!key.expiresAt) return 'active'
  return `${isActive(key, new Date()) ? 'ends' : 'ended'} ${timeOf(key.expiresAt)}`
}

const present = (key: StoredKey) => ({
  key_id: keyIdOf(key._id),
  mode: key.mode,
  is_active: isActive(key, new Date()),
  created_at: toSecond(key.createdAt),
  ends_at: key.expiresAt ? toSecond(key.expiresAt) : null,
  revoked_at: key.revokedAt && toSecond(key.revokedAt),
})

const create: Command = {
  name: 'keys create',
  summary: 'Make a key of an account',
  takes: { ACCOUNT },
  options: { mode: { takes: 'live|test', about: 'whether it rings people, or the sandbox; it has to be named' } },
  about: 'The key is shown this once: only its hash is stored.',
  read: given => {
    const [accountId = ''] = given.args
    const mode = modeOf(given)
    return async operator => {
      await accountOf(operator, accountId)
      const secret = await operator.keys.create(accountId, mode)
      const id = keyIdOf(hashSecret(secret))
      operator.say(
        `${fields([
          ['key id', id],
          [`${mode} key`, secret],
        ])}\n${ONCE}`,
        { key_id: id, account_id: accountId, mode, key: secret },
      )
    }
  },
}

const list: Command = {
  name: 'keys list',
  summary: 'List the keys of an account by their ids, oldest first',
  takes: { ACCOUNT },
  options: {},
  read:
    ({ args: [accountId = ''] }) =>
    async operator => {
      await accountOf(operator, accountId)
      const keys = await operator.keys.list(accountId)
      operator.say(
        table(
          ['key id', 'mode', 'created', 'state'],
          keys.map(key => [keyIdOf(key._id), key.mode, timeOf(key.createdAt), stateOf(key)]),
          'It has no keys.',
        ),
        keys.map(present),
      )
    },
}

const rotate: Command = {
  name: 'keys rotate',
  summary: 'Make a key in the place of another one, which ends some time later',
  takes: { KEY },
  options: {
    overlap: { takes: 'TIME', about: 'for how long both are good: 30m, 24h (unless told), 7d; 0 for not at all' },
  },
  about: 'The new key is shown this once. A key that has leaked is better revoked: that is at once.',
  read: given => {
    const [id = ''] = given.args
    const overlapMs = durationMsOf(given.text('overlap') ?? '24h', '--overlap')
    return async ({ keys, say }) => {
      const rotation = await keys.rotate(id, overlapMs)
      if (rotation.kind === 'no_key') throw noKey(id)
      if (rotation.kind === 'ends_already')
        throw new Refusal(
          `the key ${id} is not one to rotate: ${stateOf(rotation.key)}; expected one that is active`,
        )
      const { secret, ends } = rotation
      const newId = keyIdOf(hashSecret(secret))
      say(
        `${fields([
          ['key id', newId],
          ['key', secret],
          ['old key', `${id} ends ${timeOf(ends)}`],
        ])}\n${ONCE}`,
        { key_id: newId, key: secret, old_key_id: id, old_key_ends_at: toSecond(ends) },
      )
    }
  },
}

const revoke: Command = {
  name: 'keys revoke',
  summary: 'Have a key refused from now on',
  takes: { KEY },
  options: {},
  about: 'Calls that were placed with it go on. It cannot be undone; revoking again changes nothing.',
  read:
    ({ args: [id = ''] }) =>
    async ({ keys, say }) => {
      await keys.revoke(id)
      const key = await keys.find(id)
      if (!key) throw noKey(id)
      say(`${id} is ${stateOf(key)}`, present(key))
    },
}

export const keyCommands = [create, list, rotate, revoke]

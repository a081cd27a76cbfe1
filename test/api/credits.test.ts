// Credits on the real store: what holds at every moment, whatever runs at once.
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { isBalanced } from '../../src/credits/credit.ts'
import type { Credits } from '../../src/credits/credit.ts'
import type { LimitChanges } from '../../src/credits/store.ts'
import { useApi } from './api.ts'

const api = useApi()

const accountOf = async (accountId: string): Promise<Credits> => {
  const account = await api().db.collection<Credits & { _id: string }>('accounts').findOne({ _id: accountId })
  if (!account) throw new Error('no such account')
  return account
}

const ledgerOf = async (accountId: string) => await api().db.collection('ledger').find({ accountId }).toArray()

test('a new account has five credits, and the ledger says why', async () => {
  const { accountId } = await api().newAccount()
  expect(await api().credits.remaining(accountId)).toBe(5)
  expect(await ledgerOf(accountId)).toMatchObject([{ kind: 'grant', cause: 'welcome', credits: 5 }])
})

test('twenty holds at once on a balance of five give exactly five', async () => {
  const { accountId } = await api().newAccount()
  const holds = await Promise.all(Array.from({ length: 20 }, (_, i) => api().credits.hold(accountId, `call${i}`)))
  expect(holds.filter(({ kind }) => kind === 'held')).toHaveLength(5)
  expect(holds.filter(({ kind }) => kind === 'insufficient')).toHaveLength(15)
  expect(isBalanced(await accountOf(accountId))).toBe(true)
})

test('holding twice for one call holds one credit, and both are told the same', async () => {
  const { accountId } = await api().newAccount()
  const holds = await Promise.all([1, 2, 3].map(() => api().credits.hold(accountId, 'call')))
  for (const hold of holds) expect(hold).toEqual({ kind: 'held', remaining: 4 })
})

test('the first of capture and release settles a hold; all others change nothing', async () => {
  const { accountId } = await api().newAccount()
  const { credits } = api()
  await credits.hold(accountId, 'a')
  await credits.capture(accountId, 'a')
  await credits.release(accountId, 'a')
  await credits.capture(accountId, 'a')
  await credits.hold(accountId, 'b')
  await credits.release(accountId, 'b')
  await credits.capture(accountId, 'b')
  await credits.capture(accountId, 'never held')
  expect(await accountOf(accountId)).toMatchObject({ bought: 5, captured: 1, balance: 4, holds: {}, unposted: {} })
  expect((await ledgerOf(accountId)).map(entry => String(entry._id)).sort()).toEqual([
    `${accountId}_capture_a`,
    `${accountId}_grant_welcome`,
  ])
})

test('a repeated grant adds nothing', async () => {
  const { accountId } = await api().newAccount()
  const grants = await Promise.all([1, 2, 3].map(() => api().credits.grant(accountId, 'cs_1', 10)))
  expect(grants.sort((a, b) => a.localeCompare(b))).toEqual(['granted', 'granted_before', 'granted_before'])
  expect(await api().credits.grant('acc_nobody', 'cs_1', 10)).toBe('no_account')
  expect(await accountOf(accountId)).toMatchObject({ bought: 15, balance: 15, grants: { welcome: 5, cs_1: 10 } })
})

test('what a process could not post before it died is posted later, once', async () => {
  const { accountId } = await api().newAccount()
  const at = new Date()
  const entry = { kind: 'capture', cause: 'lost', credits: -1, at }
  await api()
    .db.collection<{ _id: string }>('accounts')
    .updateOne({ _id: accountId }, { $set: { 'unposted.capture_lost': entry } })
  await Promise.all([api().credits.postPending(), api().credits.postPending()])
  expect(
    (await ledgerOf(accountId)).filter(({ _id }) => String(_id) === `${accountId}_capture_lost`),
  ).toMatchObject([entry])
  expect(await accountOf(accountId)).toMatchObject({ unposted: {} })
})

const limited = async (limits: LimitChanges): Promise<string> => {
  const { accountId } = await api().newAccount()
  await api().credits.limit(accountId, limits)
  return accountId
}

const holdAll = async (accountId: string, names: string[], now?: Date): Promise<string[]> =>
  (await Promise.all(names.map(name => api().credits.hold(accountId, name, now)))).map(({ kind }) => kind).sort()

test('holds at once give no more than the caps on open calls and on credits a day', async () => {
  const open = await limited({ openCalls: 2 })
  expect(await holdAll(open, ['a', 'b', 'c', 'd'])).toEqual(['held', 'held', 'too_many', 'too_many'])
  const daily = await limited({ creditsPerDay: 3 })
  expect(await holdAll(daily, ['a', 'b', 'c', 'd'])).toEqual(['held', 'held', 'held', 'spent'])
  expect(await holdAll(await limited({ creditsPerDay: 0 }), ['a'])).toEqual(['spent'])
  expect(await holdAll(await limited({ openCalls: 0 }), ['a'])).toEqual(['too_many'])
})

test('a credit that comes back on its day may be spent again, one that was used up may not', async () => {
  const accountId = await limited({ creditsPerDay: 2 })
  const { credits } = api()
  await holdAll(accountId, ['a', 'b'])
  await credits.capture(accountId, 'a')
  await credits.release(accountId, 'b')
  expect(await holdAll(accountId, ['c'])).toEqual(['held'])
  expect(await holdAll(accountId, ['d'])).toEqual(['spent'])
  expect(await credits.standing(accountId, new Date())).toMatchObject({ spentToday: 2, creditsPerDay: 2 })
})

test('what was held on the day before comes back to no day', async () => {
  const accountId = await limited({ creditsPerDay: 2 })
  const { credits } = api()
  const day = (n: number) => new Date(Date.UTC(2100, 0, n, 12))
  expect(await holdAll(accountId, ['a', 'b'], day(1))).toEqual(['held', 'held'])
  expect(await holdAll(accountId, ['c'], day(1))).toEqual(['spent'])
  expect(await holdAll(accountId, ['c', 'd'], day(2))).toEqual(['held', 'held'])
  await credits.release(accountId, 'a')
  // A process whose clock is behind.
  expect(await holdAll(accountId, ['e'], day(1))).toEqual(['spent'])
  expect(await holdAll(accountId, ['e'], day(2))).toEqual(['spent'])
  await credits.release(accountId, 'c')
  expect(await holdAll(accountId, ['e'], day(2))).toEqual(['held'])
  expect(isBalanced(await accountOf(accountId))).toBe(true)
})

test('an account that was made before days were counted is counted from its next call on', async () => {
  const { accountId } = await api().newAccount()
  await api()
    .db.collection<{ _id: string }>('accounts')
    .updateOne({ _id: accountId }, { $unset: { today: '' } })
  await api().credits.limit(accountId, { creditsPerDay: 1 })
  expect(await holdAll(accountId, ['a', 'b'])).toEqual(['held', 'spent'])
})

test('a cap that is lowered below what is open lets nothing more in until enough has ended', async () => {
  const { accountId } = await api().newAccount()
  const { credits } = api()
  await holdAll(accountId, ['a', 'b', 'c'])
  await credits.limit(accountId, { openCalls: 2, creditsPerDay: 2 })
  expect(await credits.hold(accountId, 'd')).toEqual({ kind: 'too_many', most: 2 })
  await credits.release(accountId, 'a')
  expect(await credits.hold(accountId, 'd')).toEqual({ kind: 'too_many', most: 2 })
  await credits.release(accountId, 'b')
  expect(await credits.hold(accountId, 'd')).toMatchObject({ kind: 'held' })
  await credits.limit(accountId, { openCalls: 9 })
  expect(await credits.hold(accountId, 'e')).toMatchObject({ kind: 'spent', most: 2 })
  await credits.limit(accountId, { creditsPerDay: null })
  expect(await credits.hold(accountId, 'e')).toMatchObject({ kind: 'held' })
  expect(isBalanced(await accountOf(accountId))).toBe(true)
})

type Step = { act: 'hold' | 'capture' | 'release' | 'grant' | 'limit'; id: string }

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom('hold', 'hold', 'capture', 'release', 'grant', 'limit'),
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
})

const LIMITS: Record<string, LimitChanges> = {
  a: { openCalls: 0 },
  b: { openCalls: 3 },
  c: { openCalls: 80, creditsPerDay: null },
  d: { creditsPerDay: 2 },
  e: { creditsPerDay: 4 },
}

/** A call is accepted once in its life: later holds of the same id are left out. */
const withoutSecondHolds = (clients: Step[][]): Step[][] => {
  const held = new Set<string>()
  return clients.map(steps =>
    steps.filter(({ act, id }) => {
      const isSecond = act === 'hold' && held.has(id)
      if (act === 'hold') held.add(id)
      return !isSecond
    }),
  )
}

test('under any interleaving an account is balanced at every moment, and its ledger agrees at the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { minLength: 2, maxLength: 4 }), async clients => {
      const { accountId } = await api().newAccount()
      const { credits } = api()
      const act = {
        hold: async (id: string) => void (await credits.hold(accountId, id)),
        capture: async (id: string) => await credits.capture(accountId, id),
        release: async (id: string) => await credits.release(accountId, id),
        grant: async (id: string) => await credits.grant(accountId, id, 2),
        limit: async (id: string) => await credits.limit(accountId, LIMITS[id] ?? {}),
      }
      const run = async (steps: Step[]): Promise<void> => {
        for (const { act: name, id } of steps) await act[name](id)
      }
      const state = { isRunning: true }
      const watch = async (): Promise<void> => {
        while (state.isRunning) expect(isBalanced(await accountOf(accountId))).toBe(true)
      }
      const running = Promise.all(withoutSecondHolds(clients).map(run)).finally(() => {
        state.isRunning = false
      })
      await Promise.all([running, watch()])
      const account = await accountOf(accountId)
      expect(isBalanced(account)).toBe(true)
      expect(account.unposted).toEqual({})
      const grants = new Set(clients.flat().flatMap(({ act, id }) => (act === 'grant' ? [id] : [])))
      expect(account.bought).toBe(5 + 2 * grants.size)
      const posted = (await ledgerOf(accountId)).reduce((sum, entry) => sum + Number(entry.credits), 0)
      expect(posted).toBe(account.balance + Object.keys(account.holds).length)
      expect(account.today?.spent).toBe(account.captured + Object.keys(account.holds).length)
    }),
    { numRuns: 25 },
  )
})

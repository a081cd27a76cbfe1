import { describe, expect, test } from 'vitest'

import { CALL, useApi } from './api.ts'

const api = useApi()

const read = async (key: string | null, query = '') => await api().send('GET', `/api/v1/credits${query}`, { key })

/** An account whose calls `c0` to `c<calls>` have each used up a credit, one after the other. */
const accountWithCaptures = async (calls: number) => {
  const account = await api().newAccount()
  for (let n = 0; n < calls; n++) {
    await api().credits.hold(account.accountId, `c${n}`)
    await api().credits.capture(account.accountId, `c${n}`)
  }
  return account
}

describe('happy', () => {
  test('a new account has five credits, and the ledger says why', async () => {
    const { key } = await api().newAccount()
    const { status, body } = await read(key)
    expect(status).toBe(200)
    expect(body).toEqual({
      data: {
        balance: 5,
        held: 0,
        entries: [
          {
            id: 'grant_welcome',
            kind: 'grant',
            credits: 5,
            cause: 'welcome',
            created_at: expect.stringMatching(/^[\d-]+T[\d:]+Z$/),
          },
        ],
      },
      has_more: false,
    })
  })

  test('an open call holds a credit; when it is settled the ledger has the call, or nothing', async () => {
    const { accountId, key } = await api().newAccount()
    const [a, b] = await Promise.all(
      [1, 2].map(async () => await api().send('POST', '/api/v1/calls', { key, body: CALL })),
    )
    expect((await read(key)).body.data).toMatchObject({ balance: 3, held: 2 })
    await api().credits.capture(accountId, a!.body.data.call_id)
    await api().credits.release(accountId, b!.body.data.call_id)
    const { data } = (await read(key)).body
    expect(data).toMatchObject({ balance: 4, held: 0 })
    expect(data.entries).toHaveLength(2)
    expect(data.entries[0]).toMatchObject({ kind: 'capture', credits: -1, cause: a!.body.data.call_id })
  })

  test('the ledger sums up to what is there and held', async () => {
    const { accountId, key } = await accountWithCaptures(2)
    await api().credits.grant(accountId, 'cs_1', 10)
    await api().credits.hold(accountId, 'open')
    const { balance, held, entries } = (await read(key)).body.data
    const sum = entries.reduce((total: number, entry: { credits: number }) => total + entry.credits, 0)
    expect([sum, balance, held]).toEqual([13, 12, 1])
  })

  test('pages follow each other without a gap, newest first', async () => {
    const { key } = await accountWithCaptures(4)
    const all = (await read(key)).body.data.entries.map(({ id }: { id: string }) => id)
    expect(all).toHaveLength(5)
    expect(all.at(-1)).toBe('grant_welcome')
    const pages: string[] = []
    let page = (await read(key, '?limit=2')).body
    for (;;) {
      pages.push(...page.data.entries.map(({ id }: { id: string }) => id))
      if (!page.has_more) break
      page = (await read(key, `?limit=2&starting_after=${pages.at(-1)}`)).body
    }
    expect(pages).toEqual(all)
  })

  test('a limit that is too large is taken as 200', async () => {
    const { key } = await api().newAccount()
    expect((await read(key, '?limit=9999')).status).toBe(200)
  })

  test('live and test keys of one account have credits of their own', async () => {
    const { accountId, key } = await accountWithCaptures(1)
    const live = await api().keys.create(accountId, 'live')
    expect((await read(key)).body.data.balance).toBe(4)
    expect((await read(live)).body.data).toMatchObject({ balance: 5, entries: [{ id: 'grant_welcome' }] })
  })
})

describe('error', () => {
  test.each(['?limit=0', '?limit=-1', '?limit=ten', '?starting_after=grant_nothing', '?starting_after=_'])(
    '%s is a validation_error that names the field',
    async query => {
      const { key } = await api().newAccount()
      const { status, body } = await read(key, query)
      expect(status).toBe(422)
      expect(body).toEqual({
        code: 'validation_error',
        error: expect.stringMatching(/^Invalid value of field '(limit|starting_after)'. Expected .+/),
      })
    },
  )

  test('credits are only read', async () => {
    const { key } = await api().newAccount()
    const { status, headers } = await api().send('POST', '/api/v1/credits', { key, body: {} })
    expect([status, headers.get('allow')?.includes('GET')]).toEqual([405, true])
  })
})

describe('security', () => {
  test('requires a key', async () => {
    expect((await read(null)).status).toBe(401)
    expect((await read('ak_test_wrong')).body.code).toBe('unauthorized')
  })

  test("another account's entries are not shown, nor where they are in the list", async () => {
    const { accountId } = await accountWithCaptures(1)
    const { key } = await api().newAccount()
    for (const id of ['capture_c0', `${accountId}_capture_c0`])
      expect((await read(key, `?starting_after=${id}`)).status).toBe(422)
    expect((await read(key)).body.data.entries).toHaveLength(1)
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { TEST_NUMBERS } from '../../src/test-numbers/table.ts'
import { useApi } from './api.ts'

const api = useApi()
const list = async (key: string | null) => await api().send('GET', '/api/v1/scenarios', { key })

describe('happy', () => {
  test('all scenarios, each with its number, what happens, and how the call ends', async () => {
    const { key } = await api().newAccount()
    const { status, body } = await list(key)
    expect(status).toBe(200)
    expect(body.data).toHaveLength(TEST_NUMBERS.length)
    expect(body.data[0]).toEqual({
      to_phone_number: '+14155550100',
      name: 'agrees',
      description: expect.stringContaining('agrees to what is asked'),
      ends: { status: 'completed', outcome: 'achieved', error_code: null, credits: 1 },
    })
    expect(body.data).toContainEqual({
      to_phone_number: '+14155550103',
      name: 'busy',
      description: 'The line is engaged.',
      ends: { status: 'failed', outcome: null, error_code: 'busy', credits: 0 },
    })
  })

  test('a live key reads them too', async () => {
    const { key } = await api().newAccount('live')
    expect((await list(key)).status).toBe(200)
  })
})

describe('error', () => {
  test('they cannot be changed', async () => {
    const { key } = await api().newAccount()
    const { status, body, headers } = await api().send('POST', '/api/v1/scenarios', { key, body: {} })
    expect(status).toBe(405)
    expect(body.code).toBe('method_not_allowed')
    expect(headers.get('allow')).toContain('GET')
  })
})

describe('security', () => {
  test('without a key they are not shown', async () => {
    const { status, body } = await list(null)
    expect(status).toBe(401)
    expect(body.code).toBe('unauthorized')
  })
})

test("the README's table is that of the test numbers", () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  const rows = [...readme.matchAll(/^\| `(\+1\d{10})` \| `([\w-]+)` +\| (\w+), (\w+) +\|$/gm)]
  expect(rows.map(row => row.slice(1))).toEqual(
    TEST_NUMBERS.map(({ number, name, ends }) => [number, name, ends.status, ends.outcome ?? ends.errorCode]),
  )
})

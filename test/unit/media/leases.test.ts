import { expect, test } from 'vitest'

import { isFresh } from '../../../src/hosts/host.ts'

test('a lease is fresh until it was not renewed for the limit', () => {
  const renewedAt = new Date(100_000)
  expect(isFresh({ renewedAt }, new Date(105_999), 6_000)).toBe(true)
  expect(isFresh({ renewedAt }, new Date(106_000), 6_000)).toBe(false)
  expect(isFresh(null, new Date(100_000), 6_000)).toBe(false)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { hashSecret, isWellFormedSecret, newSecret } from '../../src/keys/secret.ts'

test('a new key names its mode and is well formed', () => {
  expect(newSecret('live')).toMatch(/^ak_live_[0-9a-z]{36}$/)
  expect(newSecret('test')).toMatch(/^ak_test_[0-9a-z]{36}$/)
  for (let i = 0; i < 100; i++) expect(isWellFormedSecret(newSecret('test'))).toBe(true)
})

test('a key with one character changed is not well formed', () => {
  fc.assert(
    fc.property(fc.nat(43), fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyz'), (at, character) => {
      const key = newSecret('test')
      const changed = key.slice(0, at) + character + key.slice(at + 1)
      expect(isWellFormedSecret(changed)).toBe(changed === key)
    }),
  )
})

test('no other text is well formed', () => {
  fc.assert(fc.property(fc.string(), text => !isWellFormedSecret(text)))
})

test('a hash tells nothing of its key and is the same every time', () => {
  const key = newSecret('live')
  expect(hashSecret(key)).toMatch(/^[0-9a-f]{64}$/)
  expect(hashSecret(key)).toBe(hashSecret(key))
  expect(hashSecret(key)).not.toBe(hashSecret(newSecret('live')))
})

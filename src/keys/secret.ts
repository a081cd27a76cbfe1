import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

import type { Mode } from '../calls/call.ts'
import { randomText } from '../ids.ts'

// ak_live_ + 30 random characters (150 bits) + 6 characters of checksum: a mistyped key costs no look-up, and a
// scanner for leaked keys can tell one from any other text.
const FORMAT = /^(ak_(?:live|test)_[0-9a-z]{30})([0-9a-z]{6})$/

const checksum = (text: string): string => crc32(text).toString(36).padStart(7, '0').slice(-6)

/** A new secret key of `mode`, to be shown once. */
export const newSecret = (mode: Mode): string => {
  const key = `ak_${mode}_${randomText(30)}`
  return key + checksum(key)
}

/** Whether a text can be a key at all: its form and its checksum. */
export const isWellFormedSecret = (text: string): boolean => {
  const [, key, sum] = FORMAT.exec(text) ?? []
  return key !== undefined && checksum(key) === sum
}

/** The start of a key's hash: tells keys apart where the key itself must not be seen, and opens nothing. */
export const keyIdOf = (hash: string): string => hash.slice(0, 12)

/** Whether a text can be the id of a key. */
export const isKeyId = (text: string): boolean => /^[0-9a-f]{12}$/.test(text)

/** What is stored of a key: SHA-256, hex. The key itself has 150 random bits, so a slow hash would add nothing. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

import { randomBytes, randomInt } from 'node:crypto'

// Crockford's base 32: sorts like the number it writes.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** A new id of a noun that is listed: prefix + 26 characters, 48 bits of time, 80 random bits. Ids sort by time, also within one millisecond of one process. */
export const newSortableId = (prefix: string): string => `${prefix}_${monotonicUlid(Date.now())}`

/** What the sortable ids of a noun look like. */
export const sortableIds = (prefix: string): RegExp => new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`)

/** What calls' ids look like. */
export const CALL_IDS = sortableIds('cl')

/** A new call id, `cl_…`. */
export const newCallId = (): string => newSortableId('cl')

/** When a call's id was made; an invalid date for what is none. */
export const callIdTime = (id: string): Date => {
  if (!isCallId(id)) return new Date(Number.NaN)
  let ms = 0
  for (const digit of id.slice(3, 13)) ms = ms * 32 + ALPHABET.indexOf(digit)
  return new Date(ms)
}

/** Whether a text looks like a call's id: anybody may claim one. */
export const isCallId = (text: string): boolean => CALL_IDS.test(text)

/** A new id of any other noun, such as `acc_…` or `req_…`: 80 random bits, unordered. */
export const newId = (prefix: string): string => `${prefix}_${randomText(16)}`

/** `length` characters of base 32, 5 random bits each. */
export const randomText = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(32)]).join('')

let lastMs = 0
let lastRandom = 0n

const monotonicUlid = (nowMs: number): string => {
  if (nowMs > lastMs) {
    lastMs = nowMs
    // The top bit stays clear, so that counting up within one millisecond cannot overflow.
    lastRandom = BigInt(`0x${randomBytes(10).toString('hex')}`) >> 1n
  } else lastRandom += 1n
  return encode(BigInt(lastMs), 10) + encode(lastRandom, 16)
}

const encode = (value: bigint, length: number): string => {
  let text = ''
  for (let rest = value, i = 0; i < length; i++, rest >>= 5n) text = ALPHABET[Number(rest & 31n)] + text
  return text
}

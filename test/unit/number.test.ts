import fc from 'fast-check'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { expect, test } from 'vitest'

import { checkNumber } from '../../src/calls/number.ts'

const verdictOf = (number: string): string => {
  const verdict = checkNumber(number)
  return verdict.kind === 'callable' ? 'callable' : verdict.code
}

test.each([
  ['a US number', '+14155551234'],
  ['every scenario number', '+14155550100'],
  ['a Canadian number', '+16045551234'],
  ['a toll-free number', '+18005551234'],
  ['the Yukon', '+18675551234'],
  ['Hawaii', '+18085551234'],
  ['an exchange that is 988', '+12129881234'],
])('%s can be called', (_, number) => {
  expect(verdictOf(number)).toBe('callable')
})

test.each([
  ['no plus', '14155551234'],
  ['a national number', '(415) 555-1234'],
  ['spaces', '+1 415 555 1234'],
  ['letters', '+1415CALLNOW'],
  ['too short', '+141555'],
  ['too long', '+14155551234567'],
  ['an area code that does not exist', '+11234567890'],
  ['an exchange that does not exist', '+14151551234'],
  ['a country code that does not exist', '+999123456789'],
  ['a government area code that is not for calling', '+17105551234'],
  ['nothing but a plus', '+'],
  ['other digits', '+１４１５５５５１２３４'],
])('%s is no phone number', (_, number) => {
  expect(verdictOf(number)).toBe('invalid_phone')
})

test.each([
  ['Jamaica', '+18765551234'],
  ['the Dominican Republic', '+18095551234'],
  ['St. Lucia, even where the number itself is unknown', '+17585551234'],
  ['Puerto Rico', '+17875551234'],
  ['Guam', '+16715551234'],
  ['the Virgin Islands', '+13405551234'],
  ['American Samoa', '+16846331234'],
  ['the Northern Marianas', '+16705551234'],
  ['Britain', '+442079460018'],
  ['Germany', '+4930123456'],
  ['a satellite phone', '+881612345678'],
  ['international freephone', '+80012345678'],
])('a number in %s is outside the region', (_, number) => {
  expect(verdictOf(number)).toBe('unsupported_region')
})

test.each([
  '911',
  '+911',
  '+1911',
  '1911',
  '112',
  '+1112',
  '988',
  '+1988',
  '211',
  '311',
  '411',
  '511',
  '611',
  '711',
  '811',
  '999',
  '000',
  '933',
  '+1 (911)',
  '9-1-1',
  '*911#',
  ...['911', '411', '611'].map(code => `+1212${code}1234`),
  '+1 415 555 1212',
])('%s is an emergency or service number', number => {
  expect(verdictOf(number)).toBe('emergency_number')
})

test.each([
  ['area code 900', '+19005551234'],
  ['exchange 976', '+12129761234'],
  ['exchange 976 in Canada', '+14169761234'],
  ...'500 521 522 523 524 525 526 527 528 529 532 533 544 566 577 588'
    .split(' ')
    .map(code => [`a personal number (${code})`, `+1${code}5551234`]),
  ...'600 622 633 644 655 677 688'.split(' ').map(code => [`a Canadian machine (${code})`, `+1${code}2345678`]),
  ['a carrier’s own service (700)', '+17005551234'],
])('%s is blocked', (_, number) => {
  expect(verdictOf(number)).toBe('blocked_number')
})

test('an error does not repeat what it was given, and says what was expected', () => {
  const verdict = checkNumber(`+${'x'.repeat(10_000)}`)
  expect(verdict.kind === 'refused' && verdict.message).toBe(
    'Not a phone number in E.164. Expected E.164 phone number like +14155551234',
  )
})

const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`))
const northAmerican = fc
  .tuple(fc.integer({ min: 200, max: 999 }), fc.integer({ min: 200, max: 999 }), digits(4))
  .map(([area, exchange, line]) => `+1${area}${exchange}${line}`)
const anything = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), digits(11), northAmerican)

test('whatever is given, there is a verdict, and what is callable is an ordinary number of the US or Canada', () => {
  fc.assert(
    fc.property(anything, number => {
      if (verdictOf(number) !== 'callable') return
      expect(number).toMatch(/^\+1[2-9]\d{2}[2-9]\d{6}$/)
      expect(number).not.toMatch(/^\+1(900|\d{3}976|\d{3}[2-9]11|[56]00|700)/)
      expect(['US', 'CA']).toContain(parsePhoneNumberFromString(number)?.country)
    }),
    { numRuns: 3_000 },
  )
})

const separated = (text: string) =>
  fc
    .array(fc.constantFrom('', ' ', '-', '.', '(', ')'), { minLength: text.length, maxLength: text.length })
    .map(marks => [...text].map((digit, n) => digit + marks[n]).join(''))
const emergency = fc
  .tuple(
    fc.constantFrom('', '+', '1', '+1'),
    fc.constantFrom(...'211 311 411 511 611 711 811 911 988 933 112 000 08 110 118 119 999'.split(' ')),
  )
  .chain(([prefix, code]) => separated(prefix + code))

test('an emergency number is one however it is written, and with +1', () => {
  fc.assert(
    fc.property(emergency, number => {
      expect(verdictOf(number)).toBe('emergency_number')
    }),
  )
})

// The members of the plan besides the US and Canada, by NANPA's list of area codes.
const ELSEWHERE =
  '242 246 264 268 284 340 345 441 473 649 658 664 670 671 684 721 758 767 784 787 809 829 849 868 869 876 939'
const exchange = fc.integer({ min: 200, max: 999 }).filter(exchange => exchange % 100 !== 11 && exchange !== 976)

test('no number of another member of the North American plan is called, whether it exists or not', () => {
  const number = fc
    .tuple(fc.constantFrom(...ELSEWHERE.split(' ')), exchange, digits(4))
    .map(([area, exchange, line]) => `+1${area}${exchange}${line}`)
    .filter(number => !number.endsWith('5551212'))
  fc.assert(
    fc.property(number, number => {
      expect(verdictOf(number)).toBe('unsupported_region')
    }),
    { numRuns: 1_000 },
  )
})

test('a premium or personal number is blocked in any area', () => {
  const premium = fc.oneof(
    fc.tuple(fc.constantFrom('900', '500', '533', '588', '600', '700'), exchange, digits(4)),
    fc.tuple(fc.integer({ min: 200, max: 999 }), fc.constant(976), digits(4)),
  )
  fc.assert(
    fc.property(premium, ([area, exchange, line]) => {
      fc.pre(`${exchange}${line}` !== '5551212')
      expect(verdictOf(`+1${area}${exchange}${line}`)).toBe('blocked_number')
    }),
  )
})

test('a refusal says what was expected and repeats nothing that was given', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[+\d]{4,20}$/), number => {
      const verdict = checkNumber(number)
      if (verdict.kind === 'callable') return
      expect(verdict.message).toContain('Expected ')
      if (!'+14155551234'.includes(number)) expect(verdict.message).not.toContain(number)
    }),
  )
})

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
  '9-1-1',
])('%s is an emergency or service number', number => {
  expect(verdictOf(number)).toBe('emergency_number')
})

test.each([
  ['area code 900', '+19005551234'],
  ['exchange 976', '+12129761234'],
  ['a personal number (500)', '+15005551234'],
  ['a personal number (533)', '+15335551234'],
])('%s is blocked', (_, number) => {
  expect(verdictOf(number)).toBe('blocked_number')
})

test('an error does not repeat what it was given, and says what was expected', () => {
  const verdict = checkNumber(`+${'x'.repeat(10_000)}`)
  expect(verdict.kind === 'refused' && verdict.message).toBe(
    'Not a phone number in E.164. Expected E.164 phone number like +14155551234',
  )
})

import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { PhoneNumber } from 'libphonenumber-js/max'

export type NumberVerdict =
  | { kind: 'callable' }
  | {
      kind: 'refused'
      code: 'invalid_phone' | 'unsupported_region' | 'emergency_number' | 'blocked_number'
      message: string
    }

const REGIONS = new Set<string | undefined>(['US', 'CA'])

// N11, the emergency numbers of other countries that North American networks forward, and the suicide line.
const EMERGENCY = /^\+?1?([2-9]11|112|988|999|000|110|118|119)$/
const E164 = /^\+[1-9]\d{6,14}$/
const NORTH_AMERICAN = /^\+1\d{10}$/
// Area code 900, and the exchange 976 of any area: the metadata takes the latter for an ordinary number.
const PREMIUM = /^\+1(900\d{7}|\d{3}976\d{4})$/

/** Whether a number can be called: E.164, existing, in the US or Canada, and neither an emergency nor a premium one. */
export const checkNumber = (number: string): NumberVerdict => {
  if (EMERGENCY.test(number.replaceAll(/[\s().-]/g, '')))
    return refused(
      'emergency_number',
      'Emergency and service numbers cannot be called. Expected the number of a person or business, like +14155551234',
    )
  if (!E164.test(number)) return invalid('Not a phone number in E.164')
  const parsed = parsePhoneNumberFromString(number)
  if (PREMIUM.test(number) || (parsed && isBlockedType(parsed)))
    return refused(
      'blocked_number',
      'Premium and personal numbers cannot be called. Expected an ordinary phone number like +14155551234',
    )
  if (!parsed || isNonexistent(number, parsed)) return invalid('No such phone number exists')
  if (!REGIONS.has(parsed.country))
    return refused(
      'unsupported_region',
      'Numbers outside the US and Canada cannot be called. Expected a US or Canadian phone number like +14155551234',
    )
  return { kind: 'callable' }
}

const isBlockedType = (parsed: PhoneNumber): boolean =>
  parsed.countryCallingCode === '1' && ['PREMIUM_RATE', 'PERSONAL_NUMBER'].includes(parsed.getType() ?? '')

// A number of another region is refused for its region, even where that region's numbers are not known in detail.
const isNonexistent = (number: string, parsed: PhoneNumber): boolean =>
  NORTH_AMERICAN.test(number)
    ? !parsed.isValid() && (parsed.country === undefined || REGIONS.has(parsed.country))
    : !parsed.isPossible()

const refused = (code: Extract<NumberVerdict, { kind: 'refused' }>['code'], message: string): NumberVerdict => ({
  kind: 'refused',
  code,
  message,
})

const invalid = (what: string): NumberVerdict =>
  refused('invalid_phone', `${what}. Expected E.164 phone number like +14155551234`)

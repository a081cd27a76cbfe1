// Which numbers are called at all. What the table does not decide, the metadata does (libphonenumber, which knows every
// range of the ITU's and NANPA's plans): whether there is such a number, whose it is, and of which kind.
// N1  A number is refused before it is looked up wherever the table knows it: metadata takes some of these for ordinary.
// N2  +1 is no country: a number in it is the US's or Canada's by metadata, or it is not called.
// N3  Refused for what it is, before for how it is written: `9-1-1` is an emergency number, not a typing error.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { PhoneNumber } from 'libphonenumber-js/max'

export type NumberVerdict = { kind: 'callable' } | { kind: 'refused'; code: RefusalCode; message: string }

type RefusalCode = 'invalid_phone' | 'unsupported_region' | 'emergency_number' | 'blocked_number'

/** Numbers without what they are written with; a rule's `source` says who gave them that meaning. */
const RULES: { numbers: RegExp; code: 'emergency_number' | 'blocked_number'; source: string }[] = [
  // 911, and the services of 211 to 811: information, roads, relay, utilities.
  { numbers: /^\+?1?[2-9]11$/, code: 'emergency_number', source: 'NANPA, N11 codes' },
  // The suicide and crisis line, in the US since 2022, in Canada since 2023.
  { numbers: /^\+?1?988$/, code: 'emergency_number', source: 'FCC 20-100; CRTC 2022-234' },
  // Mobile networks connect these to the emergency services wherever they are.
  { numbers: /^\+?1?(112|000|08|110|118|119|999)$/, code: 'emergency_number', source: '3GPP TS 22.101, 10.1.1' },
  // A test of a line's 911 address.
  { numbers: /^\+?1?933$/, code: 'emergency_number', source: 'carriers of VoIP, among them Twilio' },
  // Exchanges that look like a service within an area: switches take them for it.
  { numbers: /^\+1\d{3}[2-9]11\d{4}$/, code: 'emergency_number', source: 'NANPA, unassignable exchanges' },
  // Directory assistance: 411 with an area code.
  { numbers: /^\+1\d{3}5551212$/, code: 'emergency_number', source: 'NANPA, 555 line numbers' },
  { numbers: /^\+1900\d{7}$/, code: 'blocked_number', source: 'NANPA, 900: premium' },
  { numbers: /^\+1\d{3}976\d{4}$/, code: 'blocked_number', source: 'NANPA, exchange 976: premium' },
  // Numbers that follow a person or a machine, at a price that nobody is told; 600 and its siblings are Canada's.
  { numbers: /^\+15(00|2[1-9]|3[23]|44|66|77|88)\d{7}$/, code: 'blocked_number', source: 'NANPA, 5XX: personal' },
  { numbers: /^\+16(00|22|33|44|55|77|88)\d{7}$/, code: 'blocked_number', source: 'CNA, 6YY: non-geographic' },
  // The carrier's own services of whoever dials.
  { numbers: /^\+1700\d{7}$/, code: 'blocked_number', source: 'NANPA, 700: interexchange carriers' },
]

const REGIONS = new Set<string | undefined>(['US', 'CA'])
const BLOCKED_TYPES = new Set<string | undefined>(['PREMIUM_RATE', 'PERSONAL_NUMBER'])
const E164 = /^\+[1-9]\d{6,14}$/
const NORTH_AMERICAN = /^\+1\d{10}$/
/** What people write numbers with, besides digits and the plus. */
const SEPARATORS = /[\s().*#/-]/g
const LONGEST_READ = 40

const MESSAGES: Record<Exclude<RefusalCode, 'invalid_phone'>, string> = {
  emergency_number:
    'Emergency and service numbers cannot be called. Expected the number of a person or business, like +14155551234',
  blocked_number:
    'Premium and personal numbers cannot be called. Expected an ordinary phone number like +14155551234',
  unsupported_region:
    'Numbers outside the US and Canada cannot be called. Expected a US or Canadian phone number like +14155551234',
}

/** Whether a number can be called: E.164, existing, in the US or Canada, and neither an emergency nor a premium one. */
export const checkNumber = (number: string): NumberVerdict => {
  const bare = number.slice(0, LONGEST_READ).replaceAll(SEPARATORS, '')
  const rule = RULES.find(({ numbers }) => numbers.test(bare))
  if (rule?.code === 'emergency_number') return refused(rule.code)
  if (!isE164(number)) return invalid('Not a phone number in E.164')
  if (rule) return refused(rule.code)
  const parsed = parsePhoneNumberFromString(number)
  if (!parsed || isNonexistent(number, parsed)) return invalid('No such phone number exists')
  if (!REGIONS.has(parsed.country)) return refused('unsupported_region')
  return BLOCKED_TYPES.has(parsed.getType()) ? refused('blocked_number') : { kind: 'callable' }
}

/** The form of a number in E.164, as a regular expression's text. */
export const E164_PATTERN = E164.source

/** Whether a text has that form; there need be no such number. */
export const isE164 = (text: string): boolean => E164.test(text)

// A number of another region is refused for its region, even where that region's numbers are not known in detail.
const isNonexistent = (number: string, parsed: PhoneNumber): boolean =>
  NORTH_AMERICAN.test(number)
    ? !parsed.isValid() && (parsed.country === undefined || REGIONS.has(parsed.country))
    : !parsed.isPossible()

const refused = (code: keyof typeof MESSAGES): NumberVerdict => ({
  kind: 'refused',
  code,
  message: MESSAGES[code],
})

const invalid = (what: string): NumberVerdict => ({
  kind: 'refused',
  code: 'invalid_phone',
  message: `${what}. Expected E.164 phone number like +14155551234`,
})

// What a callee makes of the words that it heard. Words that were lost ([…]) make a request unclear.

export type Meaning =
  | { kind: 'table'; thing: string; when: string | null }
  | { kind: 'appointment'; thing: string; when: string }
  | { kind: 'hours'; day: string | null }
  /** Something else is asked for, whatever it is. */
  | { kind: 'other' }
  | { kind: 'name'; name: string }
  | { kind: 'accept' }
  | { kind: 'decline' }
  | { kind: 'goodbye' }
  | { kind: 'thanks' }
  | { kind: 'introduction' }
  | { kind: 'unclear' }

const TABLE =
  /\b(a table for \w+(?: people| persons)?)((?: (?:at|on|for|tomorrow|today|tonight|next)\b[^.?!]*?)?)(?:,? please)?[.?!]/i
const APPOINTMENT = /\b(an? (?:[^.?!]*? )?appointment) (?:for |on )?([^.?!]+?)(?:,? please)?[.?!]/i
const HOURS = /\bopening hours\b(?:[^.?!]*? (?:on|for) (\w+))?|\bwhen are you open\b(?: on (\w+))?/i
const OTHER = /\b(?:calling about this:|would like to) [^.?!]+[.?!]/i
const NAME = /\b(?:under(?: the name)?(?: of)?|name is|it is for) ([^.?!,]+)/i

/** The meaning of what was heard, read most telling first. */
export const understand = (heard: string): Meaning => {
  const text = heard.replace(/\b([ap])\.m\.?/gi, '$1m')
  const request = text.includes('[…]') ? null : requestIn(text)
  if (request) return request
  if (/\b(good ?bye|bye)\b/i.test(text)) return { kind: 'goodbye' }
  const name = NAME.exec(text)?.[1]?.trim()
  if (name && !name.includes('[…]')) return { kind: 'name', name }
  if (/\b(does not work|no|unfortunately|cannot)\b/i.test(text)) return { kind: 'decline' }
  if (/\b(works|yes|book it|is fine|sounds good|perfect|all right|okay)\b/i.test(text)) return { kind: 'accept' }
  if (/\bthank/i.test(text)) return { kind: 'thanks' }
  return /\b(AI|assistant)\b/.test(text) ? { kind: 'introduction' } : { kind: 'unclear' }
}

const requestIn = (text: string): Meaning | null => {
  const table = TABLE.exec(text)
  if (table) {
    const [, thing = '', rest = ''] = table
    return { kind: 'table', thing: thing + rest, when: rest.trim().replace(/^(at|on|for) /i, '') || null }
  }
  const appointment = APPOINTMENT.exec(text)
  if (appointment) return { kind: 'appointment', thing: appointment[1] ?? '', when: appointment[2] ?? '' }
  const hours = HOURS.exec(text)
  if (hours) return { kind: 'hours', day: hours[1] ?? hours[2] ?? null }
  return OTHER.test(text) ? { kind: 'other' } : null
}

// What a caller may want, read out of the objective's words. Every value comes from them; nothing is fixed here.

/** One wish, as the agent says it and as a judge names it. */
export interface Objective {
  kind: 'booking' | 'hours' | 'other'
  /** What the agent asks the callee, one sentence. */
  request: string
  /** What is wanted, as a noun phrase: "a table for 2 at 7pm", "the opening hours on Sunday". */
  wanted: string
}

const BOOKING_VERB = /\b(?:book|reserve|make|schedule|arrange|get|set up)\b/i
const BOOKING = /\b(?:book|reserve|reservation|appointment|table)\b/i
const ABOUT_A_BOOKING = /^(?:cancel|change|confirm|move|reschedule)\b/i
const HOURS = /\b(?:hours|open|opens|opening|close|closes|closing)\b/i
const CALENDAR =
  /^(?:mon|tues|wednes|thurs|fri|satur|sun)day|^(?:january|february|march|april|may|june|july|august|september|october|november|december|noon|midnight)/i
const WHEN =
  /\b(?:on|this|next|tomorrow|today|tonight)\b[^.,;?!]*?(?=\s+(?:at|in|for|with|of)\s+(?:[A-Z]|the\b)|[.,;?!]|$)/i

/** Reads an objective such as "Book a table for 2 at 7pm at Nopa". */
export const parseObjective = (text: string, businessName?: string): Objective => {
  const sentences = text
    .trim()
    .split(/(?<=[.!?])\s+/)
    .map(sentence => withoutBusiness(sentence.replace(/[.!?]+$/, ''), businessName))
  const booking = sentences.find(sentence => BOOKING.test(sentence) && !ABOUT_A_BOOKING.test(sentence))
  if (booking !== undefined) return bookingOf(booking)
  const hours = sentences.find(sentence => HOURS.test(sentence))
  if (hours !== undefined) return hoursOf(hours)
  const first = sentences[0] ?? ''
  return { kind: 'other', request: `I am calling about this: ${first}.`, wanted: `“${first}”` }
}

const bookingOf = (sentence: string): Objective => {
  const verbAt = sentence.search(BOOKING_VERB)
  const phrase = lowerFirst(
    verbAt === -1 ? `book ${sentence.replace(/^ask (?:them )?for /i, '')}` : sentence.slice(verbAt),
  )
  const wanted = phrase.replace(/^(?:set up|\w+)\s+(?:me\s+|us\s+)?/, '')
  return { kind: 'booking', request: `I would like to ${phrase}, please.`, wanted }
}

const hoursOf = (sentence: string): Objective => {
  const when = WHEN.exec(sentence)?.[0].trim()
  const suffix = when ? ` ${when}` : ''
  return { kind: 'hours', request: `What are your opening hours${suffix}?`, wanted: `the opening hours${suffix}` }
}

/** "… at Nopa" says where the agent calls, not what it wants: nobody says it to Nopa. */
const withoutBusiness = (sentence: string, businessName?: string): string => {
  const named = businessName
    ? new RegExp(`\\s+(?:at|with|of|from|for)\\s+${escape(businessName)}(?![\\w])`, 'i')
    : null
  if (named?.test(sentence)) return sentence.replace(named, '')
  return sentence.replace(/\s+at\s+(?:the\s+)?([A-Z][^,;]*)$/, (whole, name: string) =>
    CALENDAR.test(name) ? whole : '',
  )
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** What somebody on the phone meant, as far as the sandbox's agent understands people. */
export type Meaning =
  | { kind: 'forbids_calls' }
  | { kind: 'refuses' }
  | { kind: 'offers'; what: string }
  | { kind: 'asks_name' }
  | { kind: 'confirms' }
  | { kind: 'agrees' }
  | { kind: 'tells_hours'; closed: boolean; text: string }
  | { kind: 'says_goodbye' }
  | { kind: 'asks_again' }
  | { kind: 'asks_who' }
  | { kind: 'asks_to_wait' }
  | { kind: 'greets' }
  | { kind: 'unclear' }

const FORBIDS_CALLS =
  /\b(?:never|do(?: not|n't)|stop) (?:ever )?call(?:ing)?\b[^.?!]*\b(?:again|any ?more|us|me|this number)\b/i
const OFFER =
  /\b(?:(?:offer you|how about|what about)\s+([^.?!]+?)|we (?:do |only )?have\s+([^.?!]*\d[^.?!]*?))(?:\s+instead)?\s*(?:[.?!]|$)/i
const TAKEN = /\b(?:taken|not available|unavailable|is gone|already booked)\b/i
const REFUSES =
  /\bfully booked\b|\bbooked (?:out|up)\b|\bno (?:tables?|appointments?|availability|slots?)\b|\bnothing (?:else|free|available|left)\b|\b(?:can ?not|can't|unable to) (?:tell|help|offer|say|do|give)\b|\bdo(?: not|n't) (?:take|do|give|offer)\b/i
const NAME = /\bname\b/i
const CONFIRMS = /\b(?:booked|confirmed|reserved|all set|see you|put you down|got you down)\b/i
const AGREES =
  /\b(?:is|that's|sounds) (?:fine|good|great|possible|perfect|available)\b|^(?:yes|sure|of course|certainly)\b/i
const OPEN = /\bopen\b[^.]*\d|\bhours are\b/i
const CLOSED = /\bclosed\b/i
const GOODBYE = /\b(?:good ?bye|bye)\b/i
const ASKS_AGAIN =
  /\b(?:say that again|repeat|pardon|come again|did(?: not|n't) (?:catch|understand|get|hear)|what did you say)\b/i
const ASKS_WHO =
  /\bwho(?: is|'s) (?:this|calling|speaking)\b|\bare you (?:a |an )?(?:real|robot|human|machine|computer|AI)\b/i
const WAITS = /\b(?:one moment|a moment|hold on|just a (?:second|minute)|let me check)\b/i
const GREETS =
  /^(?:hello|hi|hey|good (?:morning|afternoon|evening)|yes(?:, please)?\?)|\bhow (?:can|may) I help\b|\bspeaking\b/i

/** Reads what was heard. The decisive words win over polite ones: "Sorry, we are fully booked. Goodbye." refuses. */
export const understand = (heard: string): Meaning => {
  const text = heard.trim().replace(/\b([ap])\.m\./gi, '$1m')
  const offer = OFFER.exec(text)
  const what = (offer?.[1] ?? offer?.[2])?.trim()
  if (FORBIDS_CALLS.test(text)) return { kind: 'forbids_calls' }
  if (REFUSES.test(text)) return { kind: 'refuses' }
  if (what) return { kind: 'offers', what }
  if (NAME.test(text)) return { kind: 'asks_name' }
  if (OPEN.test(text) || CLOSED.test(text)) return { kind: 'tells_hours', closed: CLOSED.test(text), text }
  if (TAKEN.test(text)) return { kind: 'refuses' }
  if (CONFIRMS.test(text)) return { kind: 'confirms' }
  if (ASKS_AGAIN.test(text)) return { kind: 'asks_again' }
  if (ASKS_WHO.test(text)) return { kind: 'asks_who' }
  if (GOODBYE.test(text)) return { kind: 'says_goodbye' }
  if (WAITS.test(text)) return { kind: 'asks_to_wait' }
  if (GREETS.test(text)) return { kind: 'greets' }
  if (AGREES.test(text)) return { kind: 'agrees' }
  return { kind: 'unclear' }
}

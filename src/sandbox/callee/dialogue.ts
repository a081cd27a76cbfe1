// A callee's side of the conversation, in words: what it answers follows from its part and from what it heard.
import type { CalleePart, Reply } from '../scenarios/scenario.ts'
import { dayAfter, laterThan } from './times.ts'
import { understand } from './understand.ts'
import type { Meaning } from './understand.ts'

/** What the callee does next: it may say something, and it may be done with the call. */
export interface Turn {
  say: string | null
  hangUp: boolean
}

export interface Dialogue {
  /** The answer to what was heard since the callee last spoke. */
  answer: (heard: string) => Turn
  /** The line has been silent for long. */
  prompt: () => Turn
  /** Goodbyes were said: there is nothing more to wait for. */
  parted: () => boolean
  /** It asked for something by itself. */
  expect: (what: Reply['expects']) => void
}

const BOOKED = 'Thank you, it is booked. See you then.'
const MOST_REPEATS = 3
const MOST_PROMPTS = 2

const say = (text: string): Turn => ({ say: text, hangUp: false })
const silent: Turn = { say: null, hangUp: false }

export const createDialogue = (part: CalleePart): Dialogue => {
  let waitingFor: 'request' | Reply['expects'] | 'no more' = 'request'
  let offer = ''
  let isAccepted = false
  let isBooked = false
  let confirmation = BOOKED
  let repeats = 0
  let prompts = 0

  const request = (reply: Reply, slots: Record<string, string>, confirmed = BOOKED): Turn => {
    confirmation = confirmed
    waitingFor = reply.expects
    offer = slots['later'] ?? ''
    return say(reply.say.replace(/\{([\w ]+)\}/g, (_slot, name: string) => slots[name] ?? ''))
  }
  const askAgain = (): Turn => {
    repeats++
    if (repeats <= MOST_REPEATS) return say('Sorry, could you say that again?')
    return { say: 'I am sorry, I cannot help you. Goodbye.', hangUp: true }
  }

  const answer = (meant: Meaning): Turn => {
    switch (meant.kind) {
      case 'table':
        return request(part.table, slotsOf(meant.thing, meant.when))
      case 'appointment':
        return request(part.appointment, slotsOf(meant.thing, meant.when))
      case 'hours':
        return request(part.hours, daySlots(meant.day))
      case 'other':
        return request(part.other, slotsOf('that', null), 'Thank you, you are all set.')
      case 'goodbye':
        waitingFor = 'no more'
        return silent
      case 'name':
        // Told again, a person says again that it is done.
        if (waitingFor !== 'name' && !isBooked) return askAgain()
        isBooked = true
        waitingFor = 'nothing'
        return say(confirmation)
      case 'accept':
        if (waitingFor !== 'offer' && !(isAccepted && waitingFor === 'name')) return askAgain()
        isAccepted = true
        waitingFor = 'name'
        return say(`Very good, ${offer} it is. What name should I put it under?`)
      case 'decline':
        if (waitingFor !== 'offer') return askAgain()
        waitingFor = 'nothing'
        return say('I am sorry, I have nothing else.')
      case 'introduction':
        return say('Yes, please?')
      case 'thanks':
        return waitingFor === 'nothing' ? silent : askAgain()
      case 'unclear':
        break
    }
    return askAgain()
  }
  return {
    answer: heard => {
      prompts = 0
      return answer(understand(heard))
    },
    prompt: () => {
      prompts++
      return prompts <= MOST_PROMPTS ? say('Hello? Are you still there?') : { say: null, hangUp: true }
    },
    parted: () => waitingFor === 'no more',
    expect: what => (waitingFor = what),
  }
}

const slotsOf = (thing: string, when: string | null): Record<string, string> => ({
  thing,
  when: when ?? 'that',
  later: laterThan(when ?? '') ?? '8:30pm',
})

const daySlots = (day: string | null): Record<string, string> => ({
  day: day ?? 'that day',
  'On day': day ? `On ${day}` : 'Every day',
  nextDay: (day && dayAfter(day)) ?? 'the day after',
})

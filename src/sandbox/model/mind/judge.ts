import type { Findings } from '../json-schema.ts'
import { hearMachine, isVoicemail } from './machines.ts'
import type { Objective } from './objective.ts'
import { understand } from './understand.ts'
import type { Meaning } from './understand.ts'

/** One thing that was said on the phone. */
export interface Line {
  speaker: 'agent' | 'callee'
  text: string
}

/** Reads `Agent: …` and `Callee: …` lines; what follows one without an empty line or a tag between continues it. */
export const parseTranscript = (text: string): Line[] => {
  const lines: Line[] = []
  let current: Line | undefined
  for (const row of text.replace(/<\/?\w+>/g, '\n\n').split('\n')) {
    const [, who, said] = /^\s*(Agent|Callee):\s*(.*)$/.exec(row) ?? []
    if (who !== undefined)
      lines.push((current = { speaker: who === 'Agent' ? 'agent' : 'callee', text: said ?? '' }))
    else if (row.trim() === '') current = undefined
    else if (current) current.text += ` ${row.trim()}`
  }
  return lines
}

/** What came of a conversation, judged by what was said in it alone. */
export const judge = (objective: Objective, lines: readonly Line[]): Findings => {
  const people = lines.filter(line => line.speaker === 'callee' && !hearMachine(line.text))
  const meanings = people.map(line => understand(line.text))
  const wanted = objective.wanted
  const { outcome, details } =
    judgeMessage(objective, lines) ??
    (objective.kind === 'hours' ? judgeHours(meanings, wanted) : judgeBooking(meanings, lines, wanted))
  return { outcome, details, summary: `The agent asked for ${wanted}. ${details}` }
}

type Verdict = Pick<Findings, 'outcome' | 'details'>

/** Nobody answers a message: an objective that was only to tell something is achieved by it, any other partly. */
const judgeMessage = ({ kind, request, wanted }: Objective, lines: readonly Line[]): Verdict | null => {
  const greeting = lines.findIndex(({ speaker, text }) => speaker === 'callee' && isVoicemail(text))
  const isLeft = lines.slice(greeting + 1).some(line => line.speaker === 'agent' && line.text.includes(request))
  if (greeting === -1 || !isLeft) return null
  const isTold = kind === 'other' && /^“(?:tell|inform|let|say|remind|leave)\b/i.test(wanted)
  return { outcome: isTold ? 'achieved' : 'partial', details: 'A message was left on the voicemail.' }
}

const judgeHours = (meanings: Meaning[], wanted: string): Verdict => {
  const told = meanings.findLast(meaning => meaning.kind === 'tells_hours')
  if (told) return { outcome: told.closed ? 'partial' : 'achieved', details: `The callee said: ${told.text}` }
  return unsettled(meanings, wanted)
}

const judgeBooking = (meanings: Meaning[], lines: readonly Line[], wanted: string): Verdict => {
  const decided = meanings.findLast(
    ({ kind }) => kind === 'confirms' || kind === 'refuses' || kind === 'asks_name',
  )
  const offer = meanings.findLast(meaning => meaning.kind === 'offers')
  const acceptance = `${offer?.what} works`.toLowerCase()
  const accepted = lines.some(line => line.speaker === 'agent' && line.text.toLowerCase().includes(acceptance))
  if (decided?.kind === 'confirms' && !offer)
    return { outcome: 'achieved', details: `The callee confirmed ${wanted}.` }
  if (decided?.kind === 'confirms' && offer && accepted)
    return { outcome: 'partial', details: `What was asked for was not free; ${offer.what} was booked instead.` }
  if (decided?.kind === 'asks_name')
    return { outcome: 'partial', details: 'The callee agreed, but did not confirm.' }
  if (decided?.kind !== 'refuses' && offer)
    return { outcome: 'not_achieved', details: `The callee offered ${offer.what}, and nothing was booked.` }
  return unsettled(meanings, wanted)
}

const unsettled = (meanings: Meaning[], wanted: string): Verdict => ({
  outcome: 'not_achieved',
  details: detailsOf(meanings, wanted),
})

const detailsOf = (meanings: Meaning[], wanted: string): string => {
  const isMeant = (meant: Meaning['kind']) => meanings.some(({ kind }) => kind === meant)
  if (isMeant('forbids_calls')) return 'The callee does not want to be called.'
  return isMeant('refuses')
    ? `The callee could not help with ${wanted}.`
    : 'The call ended before the callee gave an answer.'
}

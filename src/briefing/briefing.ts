// Briefing: what the agent is told before a call.
// F1  Rules are in the instructions. What a client or a website wrote is data: tagged, and a website in an item of its
//     own, never in the instructions.
// F2  A text that looks like one of our tags cannot close it.
// F3  Everything is capped: whatever comes in, a briefing stays below 30,000 characters.

import type { WebsiteContext } from '../calls/call.ts'
import { spokenLine, tagged, taggedLine } from './data.ts'
import { parseLanguage } from './language.ts'
import { writeSections } from './prompts.ts'
import type { Condition, Directives, Prompts, Slot } from './prompts.ts'
import { DO_NOT_CALL, END_CALL, PRESS_KEYS, WAIT } from './tools.ts'
import type { ModelTool } from './tools.ts'

const CHARACTERS: Record<Slot | 'website', number> = {
  objective: 8_000,
  business_name: 400,
  caller_name: 200,
  language: 100,
  website: 12_000,
}

export interface BriefingInput {
  objective: string
  businessName: string | null
  callerName: string | null
  language: string | null
  record: boolean
  website: WebsiteContext | null
}

/** How a model session is set up. */
export interface SessionSettings {
  instructions: string
  tools: ModelTool[]
  /** ISO 639-1 code for the transcription of the callee; `null`: it is detected. */
  transcriptionLanguage: string | null
}

/** Something put before the model in writing: what was said earlier, data, or a note that nobody said (`system`). */
export interface SessionItem {
  role: 'agent' | 'callee' | 'system'
  text: string
}

export interface Briefing {
  settings: SessionSettings
  /** What is put before the model in writing, ahead of the conversation. */
  items: SessionItem[]
  directives: Directives
}

/** Everything a model session needs to make this call. */
export const buildBriefing = (prompts: Prompts, input: BriefingInput): Briefing => {
  const language = parseLanguage(input.language)
  return {
    settings: {
      instructions: instructionsOf(prompts, input, language.name),
      tools: [END_CALL, PRESS_KEYS, WAIT, DO_NOT_CALL],
      transcriptionLanguage: language.code,
    },
    items: input.website?.kind === 'read' ? [websiteItem(prompts, input.website)] : [],
    directives: prompts.directives,
  }
}

const instructionsOf = (prompts: Prompts, input: BriefingInput, language: string): string => {
  const values: Record<Slot, string> = {
    objective: input.objective,
    business_name: input.businessName ?? '',
    caller_name: input.callerName ?? '',
    language,
  }
  const holds = (condition: Condition): boolean =>
    condition === 'record' ? input.record : values[condition] !== ''
  return writeSections(prompts.agent, holds, slot =>
    (slot === 'objective' ? tagged : taggedLine)(slot, values[slot], CHARACTERS[slot]),
  )
}

const websiteItem = (
  prompts: Prompts,
  { title, text }: Extract<WebsiteContext, { kind: 'read' }>,
): SessionItem => ({
  role: 'callee',
  text: [
    ...prompts.website.flatMap(({ rules }) => rules.map(rule => rule.text)),
    tagged('website', `${title}\n\n${text}`, CHARACTERS.website),
  ].join('\n'),
})

/** What was said earlier, for a session that did not hear it. */
export const earlierItem = ({ role, text }: SessionItem): SessionItem => ({ role, text: spokenLine(text) })

import { parseObjective } from './objective.ts'
import type { Objective } from './objective.ts'

/** What the instructions ask of the agent. */
export interface Brief {
  objective: Objective | undefined
  callerName: string | undefined
  /** The first sentence has to say that an AI assistant speaks. */
  saysItIsAi: boolean
  /** The first sentence has to say that the call is recorded. */
  saysItIsRecorded: boolean
  /** It is told what to do with voicemails and menus. */
  knowsMachines: boolean
  /** It is told what to do when the callee forbids further calls. */
  honoursDoNotCall: boolean
}

/** Reads instructions: values stand in `<objective>`, `<caller_name>` and `<business_name>`, rules in the prose. */
export const parseBrief = (instructions: string): Brief => {
  const objective = tagged(instructions, 'objective')
  // What is quoted is data: a business called "AI Records" changes no rule.
  const rules = instructions.replace(/<(\w+)>[\s\S]*?<\/\1>/g, '')
  return {
    objective:
      objective === undefined ? undefined : parseObjective(objective, tagged(instructions, 'business_name')),
    callerName: tagged(instructions, 'caller_name'),
    saysItIsAi: /\bAI\b|\bartificial intelligence\b/i.test(rules),
    saysItIsRecorded: rules.split(/[.\n]/).some(isRecordingRule),
    knowsMachines: /\bvoicemail\b/i.test(rules) && /\bmenu\b/i.test(rules),
    honoursDoNotCall: /\bcalled again\b[^.]*\bdo_not_call\b/i.test(rules),
  }
}

const isRecordingRule = (sentence: string): boolean =>
  /\bcall\b.*\brecord(?:ed|ing)\b/i.test(sentence) && !DENIES_RECORDING.test(sentence)

const DENIES_RECORDING =
  /(?:\bnot|\bnever|n't) (?:be |being )?record|(?:\bnot|\bnever|n't) (?:say|mention|claim|tell)/i

/** The text of the first element of that name, undefined where it is missing or blank. */
export const tagged = (text: string, name: string): string | undefined => {
  const found = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(text)?.[1]?.trim()
  return found ? unescapeXml(found) : undefined
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", amp: '&' }

const unescapeXml = (text: string): string =>
  text.replace(/&(lt|gt|quot|apos|#39|amp);/g, (_, name: string) => ENTITIES[name] ?? '')

// Machines that answer, as far as the sandbox's agent knows them: voicemails, menus, announcements.
import type { Brief } from './brief.ts'
import type { Line } from './judge.ts'
import type { Move, Scene } from './mind.ts'
import type { Objective } from './objective.ts'

interface Option {
  key: string
  what: string
}

/** What somebody heard who recognised a machine. */
export type Heard =
  | { kind: 'voicemail' }
  | { kind: 'menu'; options: Option[] }
  /** Something is announced, and nothing is asked. */
  | { kind: 'announcement' }

const VOICEMAIL =
  /\b(?:leave|record) (?:\w+ ){0,3}message\b|\bafter the (?:tone|beep)\b|\bvoice ?mail\b|\bcome to the phone\b/i
const ANNOUNCEMENT =
  /\b(?:main|the) menu\b|\blines are busy\b|\byour call\b|\bplease hold\b|\bone of the options\b/i
const OPTION =
  /\b(?:for|to) ([^.,]+?),? press (\d|star|pound|[*#])|\bpress (\d|star|pound|[*#]) (?:for|to) ([^.,]+)/gi
const NAMED: Record<string, string> = { star: '*', pound: '#' }

const WISHES: Record<Objective['kind'], RegExp> = {
  booking: /\breserv|\bbook|\btable|\bappointment/i,
  hours: /\bhours\b|\bopen/i,
  other: /(?!)/,
}
const PERSON = /\bperson\b|\bsomebody\b|\boperator\b|\bagent\b|\brepresentative\b|\bstaff\b|\bfront desk\b/i
const SAME_MENU_AT_MOST = 3

/** What machine is heard in these words; null where it sounds like a person, or nothing was said. */
export const hearMachine = (heard: string): Heard | null => {
  if (isVoicemail(heard)) return { kind: 'voicemail' }
  const options = optionsIn(heard)
  if (options.length > 0) return { kind: 'menu', options }
  return ANNOUNCEMENT.test(heard) ? { kind: 'announcement' } : null
}

export const isVoicemail = (heard: string): boolean => VOICEMAIL.test(heard)

/** Whether anything that was heard sounds like a person. */
export const spokeWithPerson = (lines: readonly Line[]): boolean =>
  lines.some(({ speaker, text }) => speaker === 'callee' && /\p{L}/u.test(text) && !hearMachine(text))

/** Whether a directive asks for a message now; one that doubts the voicemail does so only after its greeting. */
export const leavesMessage = (directive: string, lines: readonly Line[]): boolean =>
  /\bleave\b[^.]*\b(?:message|it now)\b/i.test(directive) &&
  (!/\bmay have been a person\b/i.test(directive) ||
    lines.some(({ speaker, text }) => speaker === 'callee' && isVoicemail(text)))

/** What is done with a machine, with the tools that there are; null: nothing special. */
export const answerMachine = (heard: Heard, scene: Scene, brief: Brief): Move | null => {
  const has = (name: string): boolean => scene.tools.some(tool => tool.name === name)
  if (!has('wait')) return null
  if (heard.kind === 'voicemail') return call('wait', { until: 'beep' })
  const option = heard.kind === 'menu' ? choose(heard.options, brief.objective) : null
  if (!option || !has('press_keys')) return call('wait', { until: 'more_is_said' })
  return timesHeard(option, scene.lines) >= SAME_MENU_AT_MOST
    ? call('end_call', {})
    : call('press_keys', { digits: option.key })
}

/** A call of `press_keys` as a line of the conversation; undefined for any other function, and for keys that were refused. */
export const pressedKeys = (called: { name: string; arguments: string }, output: string): Line | undefined => {
  const digits = /"digits":"([^"]*)"/.exec(called.arguments)?.[1]
  if (called.name !== 'press_keys' || digits === undefined || !/^pressed/i.test(output)) return undefined
  return { speaker: 'agent', text: `[pressed ${digits}]` }
}

const call = (name: string, fields: object): Move => ({
  say: '',
  call: { name, arguments: JSON.stringify(fields) },
})

const optionsIn = (heard: string): Option[] =>
  [...heard.matchAll(OPTION)].map(([, before = '', keyAfter, keyBefore, after]) => {
    const key = (keyAfter ?? keyBefore ?? '').toLowerCase()
    return { key: NAMED[key] ?? key, what: after ?? before }
  })

const choose = (options: Option[], objective: Objective | undefined): Option | null =>
  options.find(({ what }) => WISHES[objective?.kind ?? 'other'].test(what)) ??
  options.find(({ what }) => PERSON.test(what)) ??
  null

const timesHeard = ({ key, what }: Option, lines: readonly Line[]): number =>
  lines.filter(
    ({ speaker, text }) =>
      speaker === 'callee' && optionsIn(text).some(option => option.key === key && option.what === what),
  ).length

// Prompts: what the files in ./prompts say.
// P1  A section is a heading and what follows it; a paragraph is a rule. Lines that belong to one paragraph are joined.
// P2  A quote (`> Why: …`) is the rule's reason, for people: it is not sent. A model that is given reasons argues with
//     them, and pays for them in every response.
// P3  `[if x]` and `[if not x]` before a rule say when it is sent; `{x}` is what somebody wrote, in its tag.
// P4  A mistake in a file is an error with its place, so that a process with broken prompts does not start.

/** What a rule can depend on. */
export const CONDITIONS = ['business_name', 'caller_name', 'record'] as const
export type Condition = (typeof CONDITIONS)[number]

/** What a rule can quote. */
export const SLOTS = ['objective', 'business_name', 'caller_name', 'language'] as const
export type Slot = (typeof SLOTS)[number]

/** What the agent is asked to do in one response, beyond its instructions. */
export const DIRECTIVES = [
  'speak_first',
  'continue',
  'go_on',
  'ask_if_there',
  'say_goodbye',
  'leave_message',
  'no_beep',
  'machine_suspected',
] as const
export type Directives = Record<(typeof DIRECTIVES)[number], string>

interface Rule {
  when: { condition: Condition; holds: boolean } | null
  text: string
}

interface Section {
  title: string
  rules: Rule[]
}

/** The texts of the files, by name without `.md`. */
export interface PromptFiles {
  agent: string
  directives: string
  website: string
  analysis: string
}

export interface Prompts extends Record<'agent' | 'website' | 'analysis', Section[]> {
  /** For logs: the number of the newest change and a fingerprint of the files. */
  version: string
  directives: Directives
}

/** Parses the files; throws an Error with file and rule for what is not understood. */
export const parsePrompts = (files: PromptFiles, version: string): Prompts => {
  const directives = sectionsOf('directives', files.directives)
  const directive = (title: string): [string, string] => {
    const section = directives.find(one => one.title === title)
    if (!section) throw new Error(`directives.md has no section "${title}"`)
    return [title, section.rules.map(rule => rule.text).join('\n')]
  }
  return {
    version,
    agent: sectionsOf('agent', files.agent),
    website: sectionsOf('website', files.website),
    analysis: sectionsOf('analysis', files.analysis),
    directives: Object.fromEntries(DIRECTIVES.map(directive)) as Directives,
  }
}

const sectionsOf = (file: keyof PromptFiles, text: string): Section[] => {
  const sections: Section[] = []
  for (const paragraph of text.split(/\n\s*\n/).map(part => part.trim())) {
    if (paragraph === '' || paragraph.startsWith('>')) continue
    const title = /^#+ +(.+)$/.exec(paragraph)?.[1]
    if (title !== undefined) sections.push({ title, rules: [] })
    else if (sections.length > 0) sections.at(-1)?.rules.push(ruleOf(file, paragraph.replace(/\s*\n\s*/g, ' ')))
    else throw new Error(`${file}.md: "${paragraph}" stands before the first heading`)
  }
  const empty = sections.find(({ rules }) => rules.length === 0)
  if (empty || sections.length === 0) throw new Error(`${file}.md: ${empty?.title ?? 'it'} has no rules`)
  return sections
}

const ruleOf = (file: keyof PromptFiles, paragraph: string): Rule => {
  const fail = (what: string): never => {
    throw new Error(`${file}.md: ${what} in "${paragraph}"`)
  }
  const [, not, name, conditional] = /^\[if (not )?(\w+)\]\s*(.*)$/.exec(paragraph) ?? []
  const condition = CONDITIONS.find(known => known === name)
  if (name !== undefined && !condition) fail(`unknown condition ${name}`)
  const text = conditional ?? paragraph
  if (text.startsWith('[if') || text.startsWith('#')) fail('a rule that cannot be read')
  for (const [, slot] of text.matchAll(SLOT)) {
    if (file !== 'agent' || !isSlot(slot)) fail(`unknown slot {${slot}}`)
    else if (isConditional(slot) && (condition !== slot || not)) fail(`{${slot}} needs [if ${slot}]`)
  }
  return { when: condition ? { condition, holds: !not } : null, text }
}

const SLOT = /\{(\w+)\}/g

const isSlot = (name: string | undefined): name is Slot => SLOTS.some(slot => slot === name)

const isConditional = (slot: Slot): boolean => CONDITIONS.some(condition => condition === slot)

/** The rules that hold, section by section, with `quote` in place of the slots. A quoted text is not looked into. */
export const writeSections = (
  sections: Section[],
  holds: (condition: Condition) => boolean,
  quote: (slot: Slot) => string,
): string =>
  sections
    .map(({ title, rules }) => {
      const sent = rules.filter(({ when }) => !when || holds(when.condition) === when.holds)
      return [
        `# ${title}`,
        ...sent.map(({ text }) => text.replace(SLOT, (_slot, name: Slot) => quote(name))),
      ].join('\n')
    })
    .join('\n\n')

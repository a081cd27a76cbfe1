import { describe, expect, test } from 'vitest'

import { DIRECTIVES, parsePrompts, writeSections } from '../../../src/briefing/prompts.ts'
import type { PromptFiles } from '../../../src/briefing/prompts.ts'
import { loadPrompts } from '../../../worker/prompts.ts'

const FILES: PromptFiles = {
  agent: '# Role\n\nA rule\non two lines.\n\n> Why: a reason.\n\n[if record] Say so.\n\n[if not record] Do not.',
  directives: DIRECTIVES.map(name => `# ${name}\n\nDo ${name}.\n\n> When: then.`).join('\n\n'),
  website: '# Website\n\nData.',
  analysis: '# Task\n\nJudge.',
}
const parse = (files: Partial<PromptFiles>) => parsePrompts({ ...FILES, ...files }, '1-x')
const written = (agent: string, record = false) =>
  writeSections(
    parse({ agent }).agent,
    condition => condition === 'record' && record,
    slot => `<${slot}>`,
  )

describe('a file of prompts', () => {
  test('is sent section by section, without the reasons', () => {
    expect(written(FILES.agent)).toBe('# Role\nA rule on two lines.\nDo not.')
    expect(written(FILES.agent, true)).toBe('# Role\nA rule on two lines.\nSay so.')
  })

  test('gives the directives by their names', () => {
    expect(parse({}).directives.speak_first).toBe('Do speak_first.')
  })

  test.each([
    ['an unknown condition', { agent: '# A\n\n[if rich] Spend.' }, 'agent.md: unknown condition rich'],
    ['an unknown slot', { agent: '# A\n\nCall {number}.' }, 'agent.md: unknown slot {number}'],
    ['a slot where there is nothing to fill in', { website: '# A\n\n{objective}' }, 'website.md: unknown slot'],
    ['a slot that may be empty', { agent: '# A\n\nFor {caller_name}.' }, '{caller_name} needs [if caller_name]'],
    ['a slot that is empty there', { agent: '# A\n\n[if not caller_name] {caller_name}.' }, 'needs [if caller'],
    ['a rule before the first heading', { analysis: 'Judge.' }, 'analysis.md: "Judge." stands before'],
    ['a heading without rules', { analysis: '# Task\n\n> Why: so.' }, 'analysis.md: Task has no rules'],
    ['a missing directive', { directives: '# continue\n\nGo on.' }, 'directives.md has no section "speak_first"'],
    ['a condition that is not closed', { agent: '# A\n\n[if record Say so.' }, 'a rule that cannot be read'],
  ])('with %s is refused, and the error says where', (_, files, message) => {
    expect(() => parse(files)).toThrow(message)
  })
})

test('the prompts that are shipped have a version that changes with their words', async () => {
  expect((await loadPrompts()).version).toMatch(/^\d+-[0-9a-f]{8}$/)
})

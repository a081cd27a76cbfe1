import { expect, test } from 'vitest'

import { buildBriefing } from '../../../src/briefing/briefing.ts'
import { parseToolCall } from '../../../src/briefing/tools.ts'
import { loadPrompts } from '../../../worker/prompts.ts'

test('no tool names a number, a sum or an address: an agent that was talked over can do nothing but end, press, wait and leave the callee alone', async () => {
  const { settings } = buildBriefing(await loadPrompts(), {
    objective: 'Book a table',
    businessName: null,
    callerName: null,
    language: null,
    record: false,
    website: null,
  })
  expect(settings.tools.map(({ name }) => name)).toEqual(['end_call', 'press_keys', 'wait', 'do_not_call'])
})

test.each([
  ['end_call', '{"reason":"objective_reached","spoke_with":"person"}', { kind: 'end_call', spokeWith: 'person' }],
  ['end_call', '{"reason":"because"}', { kind: 'end_call', reason: null, spokeWith: null }],
  ['end_call', 'not json', { kind: 'end_call', reason: null }],
  ['press_keys', '{"digits":"1w2#"}', { kind: 'press_keys', digits: '1w2#' }],
  ['press_keys', '{"digits":"+19005550199 now"}', { kind: 'invalid' }],
  ['press_keys', `{"digits":"${'1'.repeat(21)}"}`, { kind: 'invalid' }],
  ['press_keys', '[]', { kind: 'invalid' }],
  ['wait', '{"until":"beep"}', { kind: 'wait', until: 'beep' }],
  ['wait', '{"until":"payday"}', { kind: 'invalid' }],
  ['do_not_call', '{"number":"+19005550199"}', { kind: 'do_not_call' }],
  ['call_number', '{"number":"+19005550199"}', { kind: 'invalid' }],
])('the call %s(%s) is read as %o', (name, text, read) => {
  expect(parseToolCall(name, text)).toMatchObject(read)
})

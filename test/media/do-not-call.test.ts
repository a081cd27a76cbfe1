import { afterAll, beforeAll, expect, test } from 'vitest'

import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'
import type { ScriptedSession } from '../support/media-model.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia()
})
afterAll(async () => await media.stop())

const callsTool = (session: ScriptedSession, name: string, args: object): void => {
  const call = { name, call_id: `call_${name}`, arguments: JSON.stringify(args) }
  const wire = { id: `f_${name}`, type: 'function_call', ...call }
  session.send('response.created', { response: { id: `resp_${name}` } })
  session.send('conversation.item.added', { previous_item_id: null, item: wire })
  session.send('response.function_call_arguments.done', { ...call, item_id: wire.id })
  session.send('response.done', { response: { id: `resp_${name}`, status: 'completed', output: [wire] } })
}

test('the agent’s tool leaves the wish in the conversation, whatever the model says with it, and the agent goes on', async () => {
  const part = media.converse()
  const carrier = await part.connect()
  const session = await media.model.nextSession()
  carrier.pass(20)
  await session.next('input_audio_buffer.append')
  callsTool(session, 'do_not_call', { number: '+19005550199' })
  const { item } = (await session.next('conversation.item.create')) as unknown as { item: { output: string } }
  expect(item.output).toMatch(/^Noted: this number will not be called again/)
  await session.next('response.create')
  callsTool(session, 'end_call', { reason: 'callee_refused', spoke_with: 'person' })
  const passing = setInterval(() => carrier.pass(20), 5)
  await part.result.finally(() => clearInterval(passing))
  const conversation = (await media.conversations.find(part.callId))!
  expect(conversation).toMatchObject({ doNotCallAt: expect.any(Date), ended: { reason: 'agent_ended' } })
  expect(JSON.stringify(conversation)).not.toContain('900555')
})

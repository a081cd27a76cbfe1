import { afterAll, beforeAll, expect, test } from 'vitest'

import { inConversation, storedConversation } from '../support/media-conversation.ts'
import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'
import { callsTool, toolAnswer } from '../support/media-model.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia()
})
afterAll(async () => await media.stop())

test('the agent’s tool leaves the wish in the conversation, whatever the model says with it, and the agent goes on', async () => {
  const { callId, session, passUntilClosed, result } = await inConversation(media)
  callsTool(session, 'do_not_call', { number: '+19005550199' })
  expect(await toolAnswer(session)).toMatch(/^Noted: this number will not be called again/)
  await session.next('response.create')
  callsTool(session, 'end_call', { reason: 'callee_refused', spoke_with: 'person' })
  await passUntilClosed()
  await result
  const { conversation } = await storedConversation(media, callId)
  expect(conversation).toMatchObject({ doNotCallAt: expect.any(Date), ended: { reason: 'agent_ended' } })
  expect(JSON.stringify(conversation)).not.toContain('900555')
})

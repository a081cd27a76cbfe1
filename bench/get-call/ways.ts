// The ways to read a call. The control is what the driver needs for the call's document alone, without any network but
// the store's.
import { createCallStore } from '../../src/calls/store.ts'
import { createConversationStore } from '../../src/conversations/store.ts'
import { hashSecret, keyIdOf } from '../../src/keys/secret.ts'
import { createKeyService } from '../../src/keys/service.ts'
import { createRateLimits } from '../../src/rate-limits/limiter.ts'
import { createClient } from '../client.ts'
import type { Way } from '../compare.ts'
import type { BenchStack } from '../stack.ts'
import type { Reading } from './records.ts'

/** GET itself, its control, and what explains the difference: a bare server, and the store operations of GET. */
export const createWays = ({ db }: BenchStack, apiUrl: string, bareUrl: string): readonly Way<Reading>[] => {
  const keys = createKeyService(db)
  const calls = createCallStore(db)
  const conversations = createConversationStore(db)
  const { calls: limiter } = createRateLimits(db)
  const documents = db.collection<{ _id: string }>('calls')
  const ask = createClient()

  const readOwn = async ({ key, callId }: Reading): Promise<void> => {
    const [principal, call] = await Promise.all([
      keys.authenticate(key),
      calls.find(callId),
      limiter.look(keyIdOf(hashSecret(key))),
    ])
    if (principal?.accountId !== call?.accountId) throw new Error('the call is not of the key’s account')
    if (call?.status === 'in_progress') await conversations.find(callId)
  }

  return [
    {
      name: 'GET /api/v1/calls/:id',
      run: ({ key, callId }) =>
        ask({ method: 'GET', url: `${apiUrl}/api/v1/calls/${callId}`, key, expected: 200 }),
    },
    { name: 'control: bare findOne', run: ({ callId }) => documents.findOne({ _id: callId }) },
    {
      name: 'a bare server with that findOne',
      run: ({ callId }) => ask({ method: 'GET', url: `${bareUrl}/${callId}`, expected: 200 }),
    },
    { name: 'the store operations of GET', run: readOwn },
  ]
}

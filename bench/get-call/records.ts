// Calls to be read, as a call has left them in the store.
import { newCall } from '../../src/calls/call.ts'
import type { Call, Turn } from '../../src/calls/call.ts'
import { createCallStore } from '../../src/calls/store.ts'
import { newConversation, turnKey } from '../../src/conversations/conversation.ts'
import type { Conversation } from '../../src/conversations/conversation.ts'
import { newCallId } from '../../src/ids.ts'
import { createKeyService } from '../../src/keys/service.ts'
import type { Database } from '../../src/providers/mongo.ts'
import { createRateLimits } from '../../src/rate-limits/limiter.ts'
import { BUSINESSES } from '../../src/sandbox/sites/businesses.ts'
import { createKeys } from '../records.ts'

/** Whose call is read: a key, and the id of a call of its account. */
export interface Reading {
  key: string
  callId: string
}

const SECONDS_A_TURN = 4

const TURNS: readonly Turn[] = [
  'Hello, how can I help you?',
  'Hello, I am an AI assistant calling on behalf of Alex Rivera. I would like to book a table for 2 at 7pm at Nopa.',
  'Yes, that works. Under which name, please?',
  'The name is Alex Rivera.',
  'I have booked the table for 2 at 7pm under the name Alex Rivera. Is there anything else?',
  'No, that is all. Thank you very much, and goodbye.',
].map((text, index) => ({
  role: index % 2 === 0 ? 'callee' : 'agent',
  text,
  atMs: index * SECONDS_A_TURN * 1000,
  interrupted: false,
}))

const website = () => {
  const { name = '', sections = [] } = BUSINESSES['nopa'] ?? {}
  const text = sections.flatMap(({ title, paragraphs }) => [title, ...paragraphs]).join('\n')
  return { kind: 'read', by: 'http', title: name, text } as const
}

const spokenCall = (accountId: string): Call => ({
  ...newCall(
    newCallId(),
    accountId,
    'test',
    {
      toPhoneNumber: '+14155550100',
      objective: 'Book a table for 2 at 7pm at Nopa',
      businessName: 'Nopa',
      website: 'https://nopa.example/',
      language: null,
      callerName: 'Alex Rivera',
      maxDurationSeconds: 600,
      record: true,
      metadata: null,
    },
    new Date(),
  ),
  status: 'in_progress',
  context: website(),
  answeredBy: 'human',
  startedAt: new Date(),
})

/** The README's call after its end: everything is in one document. */
export const storeEnded = async (db: Database, accountId: string): Promise<string> => {
  const call = spokenCall(accountId)
  await createCallStore(db).insert({
    ...call,
    status: 'completed',
    ending: { status: 'completed' },
    endedAt: new Date(),
    durationSeconds: TURNS.length * SECONDS_A_TURN,
    outcome: 'achieved',
    outcomeDetails: 'A table for 2 at 7pm is booked under the name Alex Rivera.',
    summary: 'The table for 2 at 7pm was booked under the name Alex Rivera.',
    turns: [...TURNS],
  })
  return call._id
}

/** The README's call while it is spoken: its turns are in another document. */
export const storeSpoken = async (db: Database, accountId: string): Promise<string> => {
  const call = spokenCall(accountId)
  await createCallStore(db).insert(call)
  await db.collection<Conversation>('conversations').insertOne({
    ...newConversation(call._id),
    generation: 1,
    started: new Date(),
    turns: Object.fromEntries(TURNS.map((turn, index) => [turnKey(index), { ...turn, final: true }])),
  })
  return call._id
}

/** A call each of so many accounts, whose keys have just placed it. */
export const createReadings = async (db: Database, keys: number, store: typeof storeEnded): Promise<Reading[]> => {
  const service = createKeyService(db)
  const { calls: limiter } = createRateLimits(db)
  const readings: Reading[] = []
  while (readings.length < keys) {
    const [key = ''] = await createKeys(db, 1)
    const principal = await service.authenticate(key)
    if (!principal) throw new Error('the key is unknown')
    await limiter.count(principal.keyId)
    readings.push({ key, callId: await store(db, principal.accountId) })
  }
  return readings
}

// Processes of the API that stop between any two steps, retries, and reconcilers in between: one call, one credit.
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createApp } from '../../src/app.ts'
import type { Mode } from '../../src/calls/call.ts'
import { createReconciler } from '../../src/calls/reconciler.ts'
import { isBalanced, purseOf } from '../../src/credits/credit.ts'
import type { Credits } from '../../src/credits/credit.ts'
import { createDialLockStore } from '../../src/dial-locks/store.ts'
import { createIdempotencyService } from '../../src/idempotency/service.ts'
import { createIdempotencyStore } from '../../src/idempotency/store.ts'
import { createNumberLimit } from '../../src/rate-limits/number-limit.ts'
import { RATE_LIMITS, createRateLimitStore } from '../../src/rate-limits/store.ts'
import { TIMEOUTS } from '../../src/timeouts.ts'
import { CALL, serve, useApi } from './api.ts'

const api = useApi()

const NEVER: Freeze = { step: -1, when: 'before' }

interface Answer {
  status: number
  text: string
}
interface Freeze {
  step: number
  when: 'before' | 'after'
}

/** A process of the API that stops at one of its steps in the store, before or after it, until it is thawed. */
const startProcess = async ({ step: frozenStep, when }: Freeze) => {
  const frozen = Promise.withResolvers<'frozen'>()
  const thaw = Promise.withResolvers<void>()
  let steps = 0
  const stop = async (isHere: boolean): Promise<void> => {
    if (!isHere) return
    frozen.resolve('frozen')
    await thaw.promise
  }
  const freezing = <T extends object>(store: T): T =>
    Object.fromEntries(
      Object.entries(store).map(([name, act]) => [
        name,
        async (...input: unknown[]): Promise<unknown> => {
          const isFrozen = steps++ === frozenStep
          await stop(isFrozen && when === 'before')
          const result: unknown = await act(...input)
          await stop(isFrozen && when === 'after')
          return result
        },
      ]),
    ) as T
  const { url, close } = await serve(
    createApp({
      ...api().deps,
      calls: freezing(api().calls),
      credits: freezing(api().credits),
      modes: new Set<Mode>(['live', 'test']),
      rateLimits: { ...api().rateLimits, toNumber: freezing(api().rateLimits.toNumber) },
      // Nobody is waited for: every retry takes over.
      idempotency: createIdempotencyService(freezing(createIdempotencyStore(api().db)), 0),
    }),
  )
  /** Until it is answered or frozen; what is given back is its answer, whenever that comes. */
  const post = async (key: string): Promise<() => Promise<Answer>> => {
    const headers = { 'x-api-key': key, 'idempotency-key': 'k' }
    const answer = fetch(`${url}/api/v1/calls`, { method: 'POST', headers, body: JSON.stringify(CALL) }).then(
      async response => ({ status: response.status, text: await response.text() }),
    )
    await Promise.race([answer, frozen.promise])
    return () => answer
  }
  return { post, thaw: thaw.resolve, close }
}

const reconcile = async (): Promise<void> => {
  const { calls, conversations, credits, pauses, db, log } = api()
  const none = async (): Promise<never> => {
    throw new Error('there is nothing to end')
  }
  await createReconciler({
    mode: 'test',
    calls,
    conversations,
    credits,
    pauses,
    locks: createDialLockStore(db),
    idempotency: createIdempotencyStore(db),
    rateLimits: createRateLimitStore(db),
    toNumber: createNumberLimit(db),
    engine: api().engine,
    steps: { lookUpLeg: none, hangUp: none, finish: none },
    timeouts: TIMEOUTS,
    log,
  }).reconcile(new Date(Date.now() + 1_000))
}

const freeze = fc.record({
  step: fc.nat({ max: 13 }),
  when: fc.constantFrom('before' as const, 'after' as const),
})
const story = fc.record({
  processes: fc.array(freeze, { minLength: 1, maxLength: 3 }),
  reconciles: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  thawsBeforeTheEnd: fc.boolean(),
})

test(
  'however processes stop and wake, a request makes one call and holds one credit',
  { timeout: 90_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ processes, reconciles, thawsBeforeTheEnd }) => {
        const { key, accountId } = await api().newAccount()
        const started: Awaited<ReturnType<typeof startProcess>>[] = []
        const answers: (() => Promise<Answer>)[] = []
        const request = async (freeze: Freeze): Promise<void> => {
          const process = await startProcess(freeze)
          started.push(process)
          answers.push(await process.post(key))
          if (reconciles[started.length - 1]) await reconcile()
        }
        for (const freeze of processes) await request(freeze)
        if (thawsBeforeTheEnd) started.forEach(({ thaw }) => thaw())
        await request(NEVER)
        started.forEach(({ thaw }) => thaw())
        const given = await Promise.all(answers.map(answer => answer()))
        await request(NEVER)
        const last = await answers.at(-1)!()
        await reconcile()
        await Promise.all(started.map(({ close }) => close()))

        expect(last.status).toBe(202)
        for (const { status, text } of given)
          expect(status === 202 ? text : [409, 503].includes(status)).toBe(status === 202 ? last.text : true)
        const calls = await api().calls.list(accountId, 'test', { limit: 10 })
        expect(calls.map(({ _id }) => _id)).toEqual([JSON.parse(last.text).data.call_id])
        const accounts = api().db.collection<Credits & { _id: string }>('accounts')
        const account = (await accounts.findOne({ _id: accountId }))!
        expect([Object.keys(account.holds), account.balance]).toEqual([calls.map(({ _id }) => _id), 4])
        expect(isBalanced(account)).toBe(true)
        const inMaking = { accountId, status: { $in: ['accepting' as const, 'voided' as const] } }
        expect(await api().db.collection('calls').countDocuments(inMaking)).toBe(0)
        // The embedded store reads whole collections.
        for (const name of ['calls', 'idempotency']) await api().db.collection(name).deleteMany({})
      }),
      { numRuns: 15 },
    )
  },
)

test('wherever a process stops, a call that is retried counts once against the limit of its number', async () => {
  const { accountId, key } = await api().newAccount('live')
  await api().accounts.limit(accountId, { callsPerNumberPerHour: 1 })
  await api().credits.grant(purseOf({ accountId, mode: 'live' }), 'payment', 40)
  const counts = api().db.collection<{ calls: { callId: string }[] }>(RATE_LIMITS)
  for (let step = 0; step <= 13; step++) {
    const [stopped, other] = [await startProcess({ step, when: 'before' }), await startProcess(NEVER)]
    const first = await stopped.post(key)
    const second = await (await other.post(key))()
    stopped.thaw()
    await first()
    await Promise.all([stopped.close(), other.close()])

    expect([step, second.status]).toEqual([step, 202])
    const counted = await counts.findOne({ key: { $regex: '^number:' } } as object)
    expect(counted?.calls.map(({ callId }) => callId)).toEqual([JSON.parse(second.text).data.call_id])
    for (const name of ['calls', 'idempotency', RATE_LIMITS]) await api().db.collection(name).deleteMany({})
  }
})

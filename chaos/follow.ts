// One call of a run, from its POST to the moment at which all accounts of it can be compared.
import { setTimeout as sleep } from 'node:timers/promises'

import { readCarrier } from '../devstack/demo/carrier.ts'
import { createAccountService } from '../src/accounts/service.ts'
import { createAccountStore } from '../src/accounts/store.ts'
import { newCredits, WELCOME_CREDITS } from '../src/credits/credit.ts'
import { newId } from '../src/ids.ts'
import { createKeyService } from '../src/keys/service.ts'
import { SCENARIOS } from '../src/sandbox/scenarios/table.ts'
import { isUp } from './accounts/carrier.ts'
import { readRun } from './accounts/engine.ts'
import { readAccount, readStore } from './accounts/store.ts'
import { checkBalance } from './checks/credits.ts'
import { buy, readPaid } from './buyer.ts'
import { cancelCall, getCall, postCall } from './client.ts'
import type { ClientOptions, Posted } from './client.ts'
import type { Evidence } from './evidence.ts'
import { patiently } from './patiently.ts'
import type { PlannedCall } from './plan.ts'
import { createPoints } from './points.ts'
import type { Target } from './points.ts'
import type { ChaosStack } from './stack.ts'
import type { Patience } from './timeouts.ts'

/** A call under way. */
export interface Followed {
  planned: PlannedCall
  target: Target
  client: ClientOptions
  startedMs: number
  endedMs: number | null
}

const ENDED = ['completed', 'canceled', 'failed']
const POLL_MS = 200
const SETTLE_POLL_MS = 300
/** No message is held for longer for a cancellation to be answered. */
const HELD_MS = 1_000

/** Letters only, and no name begins with another: it is said on the line, and tells whose model session it is. */
const nameOf = (count: number): string =>
  `Alex Rivera${[...String(count).padStart(5, '0')].map(digit => 'bcdfghjklm'[Number(digit)]).join('a')}`

export const createFollower = (stack: ChaosStack, patience: Patience, signal: AbortSignal) => {
  const { db, sandboxUrl, temporal } = stack
  const accounts = createAccountService(db)
  const points = createPoints(stack)
  const keys = createKeyService(db)
  let count = 0

  /** One that has to buy its credits itself. */
  const createPoor = async (): Promise<string> => {
    const _id = newId('acc')
    const account = { _id, name: 'Chaos', createdAt: new Date(), recordByDefault: true, ...newCredits() }
    await createAccountStore(db).insert(account)
    return _id
  }

  const prepare = async (planned: PlannedCall): Promise<Followed> => {
    const accountId = planned.buys ? await createPoor() : (await accounts.create('Chaos')).accountId
    const key = await keys.create(accountId, 'test')
    const target: Target = {
      accountId,
      callerName: nameOf(++count),
      callId: null,
      status: '',
      turns: 0,
      isOver: false,
    }
    return { planned, target, client: { url: stack.frontUrl, key, signal }, startedMs: 0, endedMs: null }
  }

  const bodyOf = ({ planned, target }: Followed): object => ({
    to_phone_number: planned.number,
    objective: 'Book a table for 2 at 7pm at Nopa',
    business_name: 'Nopa',
    caller_name: target.callerName,
    ...(planned.website && { website: `${sandboxUrl}/sites/nopa/` }),
  })

  /** The call's id is learnt from the store as well: a fault may come before the 202. */
  const learnId = async ({ target }: Followed, over: AbortSignal): Promise<void> => {
    while (!over.aborted && target.callId === null) {
      const found = await db
        .collection<{ _id: string; accountId: string }>('calls')
        .findOne({ accountId: target.accountId }, { projection: { _id: 1 } })
        .catch(() => null)
      target.callId ??= found?._id ?? null
      await sleep(POLL_MS / 4)
    }
  }

  /** Reads the call as its client does until it has ended; notes each new status, and whatever breaks the account. */
  const watch = async (followed: Followed, callId: string, statuses: string[], samples: string[]) => {
    const { client, target } = followed
    const deadline = performance.now() + patience.endMs
    for (;;) {
      const [call, account] = await Promise.all([
        getCall(client, callId),
        readAccount(db, target.accountId).catch(() => null),
      ])
      if (account) samples.push(...checkBalance(account).filter(text => !samples.includes(text)))
      if (call && call.status !== statuses.at(-1)) statuses.push(call.status)
      target.status = call?.status ?? target.status
      target.turns = call?.turns?.length ?? target.turns
      if ((call && ENDED.includes(call.status)) || performance.now() > deadline) return call
      await sleep(POLL_MS, undefined, { signal })
    }
  }

  /** Cancels as planned, unless the call is over by then. */
  const cancel = async ({ planned, target, client }: Followed, callId: string): Promise<Evidence['cancels']> => {
    if (planned.cancels === null) return []
    const { at, times, isFirst } = planned.cancels
    const { over, done } = points.overOf(target, patience.endMs)
    try {
      const reached = await points.reach(at, target, over)
      if (!reached || target.isOver) return []
      const canceling = Promise.all(Array.from({ length: times }, () => cancelCall(client, callId)))
      if (isFirst) await Promise.race([canceling, sleep(HELD_MS)])
      if (reached.seen) reached.decide('pass')
      return (await canceling).map(answer => answer ?? 'no answer')
    } finally {
      done()
    }
  }

  /** The same request again, several at once, until each has been answered. */
  const repeat = async (followed: Followed, posted: Posted): Promise<void> => {
    const { planned, target, client } = followed
    if (!planned.retries || posted.callId === null) return
    const again = await Promise.all(
      Array.from({ length: planned.repeats }, () => postCall(client, bodyOf(followed), target.accountId)),
    )
    for (const { attempts, accepted } of again) {
      posted.attempts.push(...attempts)
      posted.accepted.push(...accepted)
    }
  }

  /** Sends the request; an account without credits is refused, buys some, and sends it again. */
  const post = async (followed: Followed): Promise<Posted> => {
    const { planned, target, client } = followed
    const key = planned.retries ? target.accountId : null
    const first = await postCall(client, bodyOf(followed), key)
    if (!planned.buys || first.buyAt === null) return first
    await buy(first.buyAt, planned.buys, { sandboxUrl, accountId: target.accountId, signal })
    const second = await postCall(client, bodyOf(followed), key)
    return { ...second, attempts: [...first.attempts, 'bought', ...second.attempts] }
  }

  /** Waits, within patience, until the accounts have come to rest; then says what they say. */
  const settle = async (followed: Followed, posted: Posted) => {
    const { accountId } = followed.target
    const deadline = performance.now() + (posted.callId === null ? patience.endMs : patience.settleMs)
    for (;;) {
      const store = await patiently(signal, () => readStore(db, accountId))
      const ids = [...new Set([...store.calls.map(({ _id }) => _id), ...(posted.callId ? [posted.callId] : [])])]
      const carriers = await Promise.all(ids.map(id => readCarrier(sandboxUrl, id)))
      const carrier = {
        dials: carriers.flatMap(({ dials }) => dials),
        legs: carriers.flatMap(({ legs }) => legs),
      }
      const runs = Object.fromEntries(
        await Promise.all(
          ids.map(async id => [id, await patiently(signal, () => readRun(temporal, id))] as const),
        ),
      )
      const { account } = store
      const isAtRest =
        store.calls.every(({ status }) => ENDED.includes(status)) &&
        !carrier.legs.some(isUp) &&
        Object.values(runs).every(({ status }) => status !== 'RUNNING') &&
        account !== null &&
        Object.keys(account.holds).length === 0 &&
        Object.keys(account.unposted).length === 0
      if (isAtRest || performance.now() > deadline) return { store, carrier, runs }
      await sleep(SETTLE_POLL_MS, undefined, { signal })
    }
  }

  /** Places the call and follows it to its rest. `over` is called when it has ended, before its accounts are read. */
  const follow = async (followed: Followed): Promise<Omit<Evidence, 'disturbance'>> => {
    const { planned, target, client } = followed
    const answered = new AbortController()
    await sleep(planned.afterMs, undefined, { signal })
    followed.startedMs = performance.now()
    const learning = learnId(followed, answered.signal)
    const posted = await post(followed)
    answered.abort()
    await learning
    target.callId = posted.callId ?? target.callId
    const statuses: string[] = []
    const samples: string[] = []
    const canceling = posted.callId === null ? [] : cancel(followed, posted.callId)
    const repeating = repeat(followed, posted)
    // Told to stop, whoever waits first says so; what is told after that is known.
    void Promise.allSettled([canceling, repeating])
    const first = posted.callId === null ? null : await watch(followed, posted.callId, statuses, samples)
    if (posted.callId !== null) followed.endedMs = performance.now()
    if (posted.callId !== null) target.isOver = true
    const cancels = await canceling
    await repeating
    await repeat(followed, posted)
    const settled = await settle(followed, posted)
    target.isOver = true
    followed.endedMs ??= performance.now()
    const final = posted.callId === null ? null : ((await getCall(client, posted.callId)) ?? first)
    const scenario = SCENARIOS.find(({ name }) => name === planned.scenario)
    if (!scenario) throw new Error(`there is no scenario ${planned.scenario}`)
    const paid = await readPaid(sandboxUrl, target.accountId)
    const welcome = planned.buys ? 0 : WELCOME_CREDITS
    const seen = { statuses, samples, final, ...settled }
    return { scenario, posted, retries: planned.retries, cancels, welcome, paid, ...seen }
  }

  return { prepare, follow }
}

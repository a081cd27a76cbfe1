// One call of a run, from its POST to the moment at which all accounts of it can be compared.
import { setTimeout as sleep } from 'node:timers/promises'

import { readCarrier } from '../devstack/demo/carrier.ts'
import { createAccountService } from '../src/accounts/service.ts'
import { createKeyService } from '../src/keys/service.ts'
import { SCENARIOS } from '../src/sandbox/scenarios/table.ts'
import { isUp } from './accounts/carrier.ts'
import { readRun } from './accounts/engine.ts'
import { readAccount, readStore } from './accounts/store.ts'
import { checkBalance } from './checks/credits.ts'
import { cancelCall, getCall, postCall } from './client.ts'
import type { ClientOptions, Posted } from './client.ts'
import type { Evidence } from './evidence.ts'
import type { PlannedCall } from './plan.ts'
import type { ChaosStack } from './stack.ts'
import type { Target } from './strike.ts'
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

/** Letters only, and no name begins with another: it is said on the line, and tells whose model session it is. */
const nameOf = (count: number): string =>
  `Alex Rivera${[...String(count).padStart(5, '0')].map(digit => 'bcdfghjklm'[Number(digit)]).join('a')}`

export const createFollower = (stack: ChaosStack, patience: Patience, signal: AbortSignal) => {
  const { db, sandboxUrl, temporal } = stack
  const accounts = createAccountService(db)
  const keys = createKeyService(db)
  let count = 0

  const prepare = async (planned: PlannedCall): Promise<Followed> => {
    const { accountId } = await accounts.create('Chaos')
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
  const cancel = async ({ planned, target, client }: Followed, callId: string): Promise<Evidence['cancel']> => {
    if (planned.cancelsAfterMs === null) return null
    await sleep(planned.cancelsAfterMs, undefined, { signal })
    return target.isOver ? null : ((await cancelCall(client, callId)) ?? 'no answer')
  }

  /** Waits, within patience, until the accounts have come to rest; then says what they say. */
  const settle = async (followed: Followed, posted: Posted) => {
    const { accountId } = followed.target
    const deadline = performance.now() + (posted.callId === null ? patience.endMs : patience.settleMs)
    for (;;) {
      const store = await readStore(db, accountId)
      const ids = [...new Set([...store.calls.map(({ _id }) => _id), ...(posted.callId ? [posted.callId] : [])])]
      const carriers = await Promise.all(ids.map(id => readCarrier(sandboxUrl, id)))
      const carrier = {
        dials: carriers.flatMap(({ dials }) => dials),
        legs: carriers.flatMap(({ legs }) => legs),
      }
      const runs = Object.fromEntries(
        await Promise.all(ids.map(async id => [id, await readRun(temporal, id)] as const)),
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
    const posted = await postCall(client, bodyOf(followed), planned.retries ? target.accountId : null)
    answered.abort()
    await learning
    target.callId = posted.callId ?? target.callId
    const statuses: string[] = []
    const samples: string[] = []
    const canceling = posted.callId === null ? null : cancel(followed, posted.callId)
    const first = posted.callId === null ? null : await watch(followed, posted.callId, statuses, samples)
    if (posted.callId !== null) followed.endedMs = performance.now()
    if (posted.callId !== null) target.isOver = true
    const canceled = await canceling
    const settled = await settle(followed, posted)
    target.isOver = true
    followed.endedMs ??= performance.now()
    const final = posted.callId === null ? null : ((await getCall(client, posted.callId)) ?? first)
    const scenario = SCENARIOS.find(({ name }) => name === planned.scenario)
    if (!scenario) throw new Error(`there is no scenario ${planned.scenario}`)
    return { scenario, posted, retries: planned.retries, cancel: canceled, statuses, samples, final, ...settled }
  }

  return { prepare, follow }
}

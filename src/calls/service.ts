// What clients ask of calls.
// S1  A call is stored, then holds its credit, then becomes `queued`: that update is the commit point. Before it an
//     answer is an error and the reconciler voids what is left; after it the call is accepted, whatever else fails.
// S2  A call is counted against the limit of its number between the two. Whoever takes a stored call away takes it out there.
// S3  A request that is repeated makes a call of its own, once what was made for it before is taken back or accepted.
import type { AccountService } from '../accounts/service.ts'
import type { ConversationStore } from '../conversations/store.ts'
import { turnsOf } from '../conversations/conversation.ts'
import type { CheckoutService } from '../checkout/service.ts'
import { purseOf } from '../credits/credit.ts'
import type { CreditStore } from '../credits/store.ts'
import type { DialingPauseStore } from '../dialing/store.ts'
import type { DoNotCallService } from '../do-not-call/service.ts'
import { AppError } from '../errors.ts'
import type { Attempt } from '../idempotency/service.ts'
import { newCallId } from '../ids.ts'
import type { Principal } from '../keys/service.ts'
import type { Log } from '../log.ts'
import type { Engine } from '../providers/ports.ts'
import type { RateLimits } from '../rate-limits/limiter.ts'
import type { AccountLimits } from '../accounts/store.ts'
import { waitsUntil } from './calling-hours.ts'
import { isShown, newCall } from './call.ts'
import type { Call, CallRequest, Mode, Turn } from './call.ts'
import { createCancel } from './cancel.ts'
import { checkNumber } from './number.ts'
import { toSecond } from './present.ts'
import type { CallStore, ListOptions, ListedCall } from './store.ts'

export interface CallServiceDeps {
  calls: CallStore
  conversations: ConversationStore
  credits: CreditStore
  checkout: Pick<CheckoutService, 'insufficientCredits'>
  accounts: AccountService
  doNotCall: Pick<DoNotCallService, 'has'>
  pauses: Pick<DialingPauseStore, 'isPaused'>
  rateLimits: Pick<RateLimits, 'toNumber'>
  engine: Engine
  /** The modes that have a carrier. */
  modes: ReadonlySet<Mode>
  clock: () => Date
  log: Log
}

/** A request whose `record` the account decides if it says nothing. */
export type NewCallRequest = Omit<CallRequest, 'record'> & { record: boolean | null }

export interface CallWithTurns {
  call: Call
  turns: Turn[] | null
}

export type CallService = ReturnType<typeof createCallService>

export const createCallService = (deps: CallServiceDeps) => {
  const { calls, conversations, credits, checkout, accounts, doNotCall, pauses, engine, modes, clock, log } = deps
  const { toNumber } = deps.rateLimits

  const accept = async (call: Call, limits: AccountLimits, attempt: Attempt | null) => {
    await calls.insert(call)
    await attempt?.requireCurrent()
    if (limits.callsPerNumberPerHour !== undefined) await countToNumber(call, limits.callsPerNumberPerHour)
    const remaining = await holdCredit(call)
    const accepted = await calls.advance(call._id, 'queued')
    if (accepted) return { call: accepted, remaining }
    // The store was so slow that the reconciler has voided the call.
    await credits.release(purseOf(call), call._id)
    await uncount(call)
    throw new AppError('unavailable', 'The call was not accepted: it took too long. Retry it', {
      'Retry-After': '1',
    })
  }

  const draft = (
    id: string,
    { accountId, mode }: Principal,
    request: CallRequest,
    limits: AccountLimits,
  ): Call => {
    const call = newCall(id, accountId, mode, request, new Date())
    if (!limits.callingHours) return call
    return { ...call, keepsCallingHours: true, scheduledFor: waitsUntil(request.toPhoneNumber, clock()) }
  }

  /** What the account has to say about a call: a test call rings nobody, so that nothing is limited for its callee's sake. */
  const settingsFor = async ({ accountId, mode }: Principal, { record }: NewCallRequest) => {
    const account = mode === 'live' || record === null ? await accounts.find(accountId) : null
    const limits: AccountLimits = (mode === 'live' && account?.limits) || {}
    return { limits, recordByDefault: account?.recordByDefault ?? true }
  }

  /** Voids a call that an attempt before has left half-accepted; one that was accepted is returned. */
  const takeBack = async (principal: Principal, id: string): Promise<Call | null> => {
    await calls.markVoided(id)
    const call = await calls.find(id)
    if (call && isShown(call.status)) return call
    await credits.release(purseOf(principal), id)
    if (call) await uncount(call)
    await calls.discard(id)
    return null
  }

  const countToNumber = async (call: Call, most: number): Promise<void> => {
    const count = await toNumber.count(call, most, clock())
    if (count.kind === 'counted') return
    await calls.discard(call._id)
    throw numberFull(most, count.forMs)
  }

  // Test calls are never counted.
  const uncount = async (call: Call): Promise<void> => {
    if (call.mode === 'live') await toNumber.forget(call)
  }

  const holdCredit = async (call: Call): Promise<number> => {
    const hold = await credits.hold(purseOf(call), call._id)
    if (hold.kind === 'held') return hold.remaining
    await uncount(call)
    await calls.discard(call._id)
    if (hold.kind === 'insufficient') throw await checkout.insufficientCredits(call, hold.remaining)
    throw hold.kind === 'spent' ? daySpent(hold) : tooManyOpen(hold.most)
  }

  const checkCallee = async (principal: Principal, number: string): Promise<void> => {
    const verdict = checkNumber(number)
    if (verdict.kind === 'refused') throw new AppError(verdict.code, verdict.message)
    if (await doNotCall.has(principal, number))
      throw new AppError(
        'blocked_number',
        'This number is on your do-not-call list. Expected another one, or DELETE /api/v1/do_not_call/{number} first',
      )
  }

  const start = async (call: Call): Promise<void> => {
    try {
      if (!(await pauses.isPaused(call.mode))) await engine.startCall(call)
    } catch (error) {
      log.error({ call_id: call._id, err: error }, 'the workflow could not be started; the reconciler will do it')
    }
  }

  /** To anybody else it is not there, and to nobody before it was accepted. */
  const findOwned = async (
    { accountId, mode }: Principal,
    id: string,
    ahead: Promise<Call | null> = calls.find(id),
  ): Promise<Call> => {
    const call = await ahead
    if (call && call.accountId === accountId && call.mode === mode && isShown(call.status)) return call
    throw new AppError(
      'call_not_found',
      'No such call. Expected the id of a call made with a key of this account and mode',
    )
  }

  const withTurns = async (call: Call): Promise<CallWithTurns> => {
    if (call.turns !== null || call.status !== 'in_progress') return { call, turns: call.turns }
    const conversation = await conversations.find(call._id)
    return { call, turns: conversation && turnsOf(conversation) }
  }

  const cancel = createCancel(deps)

  return {
    /**
     * Accepts a call: one credit is held, and its workflow starts now or as soon as the engine is back. With an
     * `attempt` the call of an earlier one stands, if that was accepted.
     */
    createCall: async (
      principal: Principal,
      request: NewCallRequest,
      attempt: Attempt | null,
    ): Promise<{ call: Call; remaining: number }> => {
      const earlier = (await attempt?.takeBackFormer(id => takeBack(principal, id))) ?? null
      if (earlier) {
        await start(earlier)
        return { call: earlier, remaining: await credits.remaining(purseOf(principal)) }
      }
      await checkCallee(principal, request.toPhoneNumber)
      if (!modes.has(principal.mode)) throw notSetUp(principal.mode)
      const { limits, recordByDefault } = await settingsFor(principal, request)
      const record = request.record ?? recordByDefault
      const id = attempt?.callId ?? newCallId()
      const accepted = await accept(draft(id, principal, { ...request, record }, limits), limits, attempt)
      await start(accepted.call)
      return accepted
    },

    /** Any call, for `getCall`: only that knows who may see it. */
    readAhead: async (id: string): Promise<Call | null> => await calls.find(id),

    /** A call of the principal's with what has been said; throws `call_not_found`. */
    getCall: async (principal: Principal, id: string, ahead?: Promise<Call | null>): Promise<CallWithTurns> =>
      await withTurns(await findOwned(principal, id, ahead)),

    /** Has a call of the principal's end, once; throws `call_already_ended` when its conversation has ended already. */
    cancelCall: async (principal: Principal, id: string): Promise<CallWithTurns> => {
      const call = await findOwned(principal, id)
      await cancel(call)
      return await withTurns(await findOwned(principal, id))
    },

    /** A page of the principal's calls, newest first. */
    listCalls: async (
      { accountId, mode }: Principal,
      options: ListOptions,
    ): Promise<{ calls: ListedCall[]; hasMore: boolean }> => {
      const found = await calls.list(accountId, mode, { ...options, limit: options.limit + 1 })
      return { calls: found.slice(0, options.limit), hasMore: found.length > options.limit }
    },
  }
}

const numberFull = (most: number, forMs: number): AppError => {
  const seconds = Math.max(1, Math.ceil(forMs / 1000))
  return new AppError(
    'rate_limit_exceeded',
    `Too many calls to this number. Expected at most ${most} an hour, as this account is set: retry in ${seconds} seconds`,
    { 'Retry-After': String(seconds) },
  )
}

const tooManyOpen = (most: number): AppError =>
  new AppError(
    'too_many_calls',
    `Too many calls are open at once. Expected at most ${most}: retry when one of them has ended`,
    { 'Retry-After': '30' },
  )

const daySpent = ({ most, until }: { most: number; until: Date }): AppError =>
  new AppError(
    'too_many_calls',
    `The credits that this account may spend in a day are spent. Expected at most ${most} a day (UTC): retry after ${toSecond(until)}`,
    { 'Retry-After': String(Math.max(1, Math.ceil((until.getTime() - Date.now()) / 1000))) },
  )

const notSetUp = (mode: Mode): AppError =>
  new AppError(
    'unavailable',
    mode === 'live'
      ? 'Live calling is not set up here: the server has no carrier credentials. Nothing was dialled or charged; a test key (ak_test_…) works without them'
      : 'Test calling is not set up here: the server knows no sandbox. Nothing was dialled or charged',
    { 'Retry-After': '3600' },
  )

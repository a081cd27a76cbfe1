// What clients ask of calls.
// S1  A call is stored, then holds its credit, then becomes `queued`: that update is the commit point. Before it an
//     answer is an error and the reconciler voids what is left; after it the call is accepted, whatever else fails.
import type { AccountService } from '../accounts/service.ts'
import type { ConversationStore } from '../conversations/store.ts'
import { turnsOf } from '../conversations/conversation.ts'
import { OPEN_CALLS_CAP } from '../credits/credit.ts'
import type { CreditStore } from '../credits/store.ts'
import { AppError } from '../errors.ts'
import { newCallId } from '../ids.ts'
import type { Principal } from '../keys/service.ts'
import type { Log } from '../log.ts'
import type { Engine } from '../providers/ports.ts'
import { newCall } from './call.ts'
import type { Call, CallRequest, Mode, Turn } from './call.ts'
import { checkNumber } from './number.ts'
import type { CallStore, ListOptions, ListedCall } from './store.ts'

export interface CallServiceDeps {
  calls: CallStore
  conversations: ConversationStore
  credits: CreditStore
  accounts: AccountService
  engine: Engine
  /** The modes that have a carrier. */
  modes: ReadonlySet<Mode>
  log: Log
}

/** A request whose `record` the account decides if it says nothing. */
export type NewCallRequest = Omit<CallRequest, 'record'> & { record: boolean | null }

export type CallService = ReturnType<typeof createCallService>

export const createCallService = (deps: CallServiceDeps) => {
  const { calls, conversations, credits, accounts, engine, modes, log } = deps

  const accept = async ({ accountId, mode }: Principal, request: CallRequest) => {
    const call = newCall(newCallId(), accountId, mode, request, new Date())
    await calls.insert(call)
    const remaining = await holdCredit(call)
    const accepted = await calls.advance(call._id, 'queued')
    if (accepted) return { call: accepted, remaining }
    // The store was so slow that the reconciler has voided the call.
    await credits.release(accountId, call._id)
    throw new AppError('unavailable', 'The call was not accepted: it took too long. Retry it', {
      'Retry-After': '1',
    })
  }

  const holdCredit = async ({ _id, accountId }: Call): Promise<number> => {
    const hold = await credits.hold(accountId, _id)
    if (hold.kind === 'held') return hold.remaining
    await calls.discard(_id)
    if (hold.kind === 'insufficient')
      throw new AppError(
        'insufficient_credits',
        `Not enough credits. Expected at least 1 for a call, the account has ${hold.remaining}`,
      )
    throw new AppError(
      'too_many_calls',
      `Too many calls are open at once. Expected at most ${OPEN_CALLS_CAP}: retry when one of them has ended`,
      { 'Retry-After': '30' },
    )
  }

  const start = async (call: Call): Promise<void> => {
    try {
      await engine.startCall(call)
    } catch (error) {
      log.error({ call_id: call._id, err: error }, 'the workflow could not be started; the reconciler will do it')
    }
  }

  return {
    /** Accepts a call: one credit is held, and its workflow starts now or as soon as the engine is back. */
    createCall: async (
      principal: Principal,
      request: NewCallRequest,
    ): Promise<{ call: Call; remaining: number }> => {
      const verdict = checkNumber(request.toPhoneNumber)
      if (verdict.kind === 'refused') throw new AppError(verdict.code, verdict.message)
      if (!modes.has(principal.mode)) throw notSetUp(principal.mode)
      const record = request.record ?? (await accounts.recordsByDefault(principal.accountId))
      const accepted = await accept(principal, { ...request, record })
      await start(accepted.call)
      return accepted
    },

    /** A call of the principal's with what has been said; throws `call_not_found`. */
    getCall: async ({ accountId, mode }: Principal, id: string): Promise<{ call: Call; turns: Turn[] | null }> => {
      const call = await calls.findOwned(id, accountId, mode)
      if (!call)
        throw new AppError(
          'call_not_found',
          'No such call. Expected the id of a call made with a key of this account and mode',
        )
      if (call.turns !== null || call.status !== 'in_progress') return { call, turns: call.turns }
      const conversation = await conversations.find(id)
      return { call, turns: conversation && turnsOf(conversation) }
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

const notSetUp = (mode: Mode): AppError =>
  new AppError(
    'unavailable',
    mode === 'live'
      ? 'Live calling is not set up here: the server has no carrier credentials. Nothing was dialled or charged; a test key (ak_test_…) works without them'
      : 'Test calling is not set up here: the server knows no sandbox. Nothing was dialled or charged',
    { 'Retry-After': '3600' },
  )

import { CALL_STATUSES, isEnded, isShown } from '../../src/calls/call.ts'
import type { Call, CallErrorCode, DialFinding } from '../../src/calls/call.ts'
import { presentDetails, presentListed, toSecond } from '../../src/calls/present.ts'
import type { ListedCall } from '../../src/calls/store.ts'
import type { Conversation } from '../../src/conversations/conversation.ts'
import { turnsOf } from '../../src/conversations/conversation.ts'
import { maskNumber } from '../../src/log.ts'
import { PROGRAM, Refusal, UsageError } from '../command.ts'
import type { Command, Given } from '../command.ts'
import type { Operator } from '../deps.ts'
import { fields, shorten, table, timeOf } from '../show.ts'
import { follow } from '../tail.ts'
import { oneOf, optionalMode, statusOf, wholeOf } from '../values.ts'
import { accountOf } from './accounts.ts'

const ERROR_CODES = [
  'busy',
  'no_answer',
  'call_failed',
  'dial_unknown',
  'analysis_failed',
] as const satisfies CallErrorCode[]
const MAX_LISTED = 1_000
const CALL = `the id of a call, cl_… (${PROGRAM} calls list)`

const noCall = (id: string): Refusal => new Refusal(`there is no call "${id}"; expected ${CALL}`)

const callOf = async ({ calls }: Operator, id: string): Promise<Call> => {
  const call = await calls.find(id)
  if (call && isShown(call.status)) return call
  throw noCall(id)
}

const errorOf = ({ errorCode, dial }: ListedCall): string | null =>
  errorCode === 'dial_unknown' && dial?.settledAt ? 'dial_unknown, settled' : errorCode

const list: Command = {
  name: 'calls list',
  summary: 'List calls of all accounts, newest first',
  takes: {},
  options: {
    account: { takes: 'ACCOUNT', about: 'only calls of this account' },
    mode: { takes: 'live|test', about: 'only calls of these keys' },
    status: { takes: 'STATUS', about: `only these: ${CALL_STATUSES.join(', ')}` },
    error: { takes: 'CODE', about: `only these: ${ERROR_CODES.join(', ')}` },
    limit: { takes: 'N', about: 'how many, 20 unless told' },
  },
  read: given => {
    const [accountId, mode, status] = [given.text('account'), optionalMode(given), statusOf(given)]
    const error = given.text('error')
    const options = {
      limit: wholeOf(given.text('limit') ?? '20', '--limit', { min: 1, max: MAX_LISTED }),
      ...(accountId !== undefined && { accountId }),
      ...(mode !== undefined && { mode }),
      ...(status !== undefined && { status }),
      ...(error !== undefined && { errorCode: oneOf(error, '--error', ERROR_CODES) }),
    }
    return async operator => {
      if (accountId !== undefined) await accountOf(operator, accountId)
      const found = await operator.calls.browse(options)
      operator.say(
        table(
          ['call', 'account', 'mode', 'status', 'came to', 'number', 'objective'],
          found.map(call => [
            call._id,
            call.accountId,
            call.mode,
            call.status,
            call.outcome ?? errorOf(call) ?? '',
            maskNumber(call.request.toPhoneNumber),
            shorten(call.request.objective, 40),
          ]),
          'There are no such calls.',
        ),
        found.map(call => ({ ...ownerOf(call), ...presentListed(call) })),
      )
    }
  },
}

const ownerOf = ({ accountId, mode }: ListedCall) => ({ account_id: accountId, mode })

const show: Command = {
  name: 'calls show',
  summary: 'Show a call as it is stored, and how far its workflow and its leg are',
  takes: { CALL },
  options: {},
  about: 'What is said is told by calls tail.',
  read:
    ({ args: [id = ''] }) =>
    async operator => {
      const call = await callOf(operator, id)
      const conversation = await operator.conversations.find(id)
      const workflow = await operator.engine.findRun(id).catch(() => 'unreachable' as const)
      const pausedSince = call.status === 'queued' ? await operator.dialing.pausedSince(call.mode) : null
      operator.say(fields(describe(call, conversation, { workflow, pausedSince })), {
        ...ownerOf(call),
        ...presentDetails(call, call.turns ?? (conversation && turnsOf(conversation))),
        cancel_requested_at: call.cancelRequestedAt && toSecond(call.cancelRequestedAt),
        leg_id: call.legId,
        dial: call.dial && {
          state: call.dial.state,
          settled_at: call.dial.settledAt ? toSecond(call.dial.settledAt) : null,
        },
        workflow,
        host: conversation?.host ?? null,
        generation: conversation?.generation ?? 0,
      })
    },
}

const describe = (
  call: Call,
  conversation: Conversation | null,
  { workflow, pausedSince }: { workflow: string; pausedSince: Date | null },
): [string, string | number | null][] => {
  const { request, dial } = call
  const time = (moment: Date | null) => moment && timeOf(moment)
  return [
    ['call', call._id],
    ['account', `${call.accountId} (${call.mode})`],
    ['status', pausedSince ? `${call.status}, dialing is paused since ${timeOf(pausedSince)}` : call.status],
    ['outcome', call.outcome],
    ['error', errorOf(call)],
    ['message', call.errorMessage],
    ['summary', call.summary],
    ['number', request.toPhoneNumber],
    ['business', request.businessName],
    ['objective', request.objective],
    ['created', timeOf(call.createdAt)],
    ['waits until', call.status === 'queued' ? time(call.scheduledFor) : null],
    ['cancel asked', time(call.cancelRequestedAt)],
    ['answered', time(call.startedAt)],
    ['ended', time(call.endedAt)],
    ['seconds', call.durationSeconds],
    ['dial', dial && `${dial.state}${dial.settledAt ? `, settled by an operator ${timeOf(dial.settledAt)}` : ''}`],
    ['leg', call.legId && `${call.legId}${call.leg.ended ? `, ended: ${call.leg.ended}` : ''}`],
    ['media host', conversation?.host ? `${conversation.host}, generation ${conversation.generation}` : null],
    ['turns', conversation && Object.keys(conversation.turns).length],
    ['workflow', workflow === 'none' ? 'not started' : workflow],
  ]
}

const tail: Command = {
  name: 'calls tail',
  summary: 'Follow a call until it has ended: its statuses, and what is said',
  takes: { CALL },
  options: {},
  about: 'Ctrl-C ends it; the call goes on.',
  read:
    ({ args: [id = ''] }) =>
    async operator => {
      await callOf(operator, id)
      await follow(operator, id)
    },
}

const hangup: Command = {
  name: 'calls hangup',
  summary: 'End a call as its client would by canceling it',
  takes: { CALL },
  options: {},
  about:
    'Before the callee has answered nobody is rung any more, and the credit comes back. In a conversation the agent says\ngoodbye first, 20 seconds at most. It ends as canceled.',
  read:
    ({ args: [id = ''] }) =>
    async operator => {
      await operator.cancel(await callOf(operator, id))
      const call = await callOf(operator, id)
      const text = isEnded(call.status)
        ? `${id} is ${call.status}`
        : `${id} ends as canceled; ${PROGRAM} calls tail ${id}`
      operator.say(text, { call_id: id, status: call.status })
    },
}

const settle: Command = {
  name: 'calls settle',
  summary: 'Say what became of a dial that is unknown, as found out at the carrier',
  takes: { CALL },
  options: {
    'not-dialled': { about: 'the carrier has no call of that time to the number (calls show)' },
    leg: { takes: 'CA…', about: "the carrier's id of the call that it dialled" },
  },
  about: `One of the two has to be given; look at the carrier first, for a finding counts once.
A call that is still looked for ends as call_failed (--not-dialled), or goes on with the leg within half a minute (--leg).
One that has ended as dial_unknown stays failed, and its credit stays given back: the finding is put on record in its
error_message, and the leg is known as its own, so that it is hung up at its next callback and taken for no other call's.
${PROGRAM} calls list --error dial_unknown lists those that wait for a finding.`,
  read: given => {
    const [id = ''] = given.args
    const finding = findingOf(given)
    return async operator => {
      const settlement = await operator.settleDial(id, finding)
      switch (settlement.kind) {
        case 'no_call':
          throw noCall(id)
        case 'known':
          throw new Refusal(`nothing is unknown of the dial of ${id}: ${dialOf(settlement.call)}`)
        case 'under_way':
          throw new Refusal(
            `${id} may still be dialled until ${timeOf(settlement.until)}; expected a finding after that`,
          )
        case 'leg_taken':
          throw new Refusal(`the leg is that of ${settlement.callId}; expected one of ${id}`)
        case 'settled':
          operator.say(`${id}: ${resultOf(finding, settlement.isEnded)}`, {
            call_id: id,
            finding: finding.kind,
            has_ended: settlement.isEnded,
          })
      }
    }
  },
}

const findingOf = (given: Given): DialFinding => {
  const legId = given.text('leg')
  if (given.isSet('not-dialled') === (legId !== undefined))
    throw new UsageError('expected one finding: --not-dialled, or --leg with the id of the leg')
  if (legId === undefined) return { kind: 'not_dialled' }
  if (/^CA[0-9a-f]{32}$/.test(legId)) return { kind: 'dialled', legId }
  throw new UsageError(`--leg is "${legId}"; expected CA and 32 digits and letters a to f`)
}

const resultOf = (finding: DialFinding, hasEnded: boolean): string => {
  if (hasEnded) return 'on record; it stays failed, and its credit given back'
  return finding.kind === 'dialled'
    ? 'goes on with its leg within half a minute'
    : 'ends as failed, its credit given back'
}

const dialOf = ({ dial, legId }: Call): string => {
  if (dial === null) return 'it was not dialled yet'
  if (legId !== null) return `its leg is ${legId}`
  return dial.settledAt ? `it was settled ${timeOf(dial.settledAt)} as not dialled` : 'the carrier has refused it'
}

export const callCommands = [list, show, tail, hangup, settle]

// What operators see of a running call: the status query, and the current details in the Temporal UI.
// Neither leaves anything in the history. How many turns there are so far is in the heartbeats of `converse`.
import { defineQuery, setCurrentDetails, setHandler } from '@temporalio/workflow'

import type { CallEvents } from './call-events.ts'
import { STATUS_QUERY } from './contract.ts'
import type { CallEnding, FinishResult, StatusView } from './contract.ts'
import type { HeldConversation } from './held-conversation.ts'

export const status = defineQuery<StatusView>(STATUS_QUERY)

const DOING: Record<StatusView['phase'], string> = {
  starting: 'Starting',
  waiting: "Waiting for calling hours at the callee's place, or for dialing to be resumed",
  reading_website: "Reading the business's website",
  preparing_media: 'Waiting for a media host with an open model session',
  dialing: 'Dialing and ringing',
  talking: 'Talking',
  concluding: 'Judging the conversation',
  finished: 'Finished',
}

export interface CallProgress {
  /** From now on the call is in `phase`. */
  enter: (phase: StatusView['phase']) => void
  /** The website was read, or why the agent knows nothing of it is on the call. */
  website: (kind: 'read' | 'unread') => void
  /** Shows the host and generation of this conversation. */
  follow: (conversation: HeldConversation) => void
  /** The story knows how the call ends. */
  ended: (ending: CallEnding) => void
  /** The call has ended in the store. */
  finished: (result: FinishResult) => void
}

interface Facts {
  events: CallEvents
  website: 'read' | 'unread' | null
  conversation: HeldConversation | null
  ending: CallEnding | null
  result: FinishResult | null
}

/** Answers the status query from now on, and keeps the current details. */
export const showProgress = (events: CallEvents): CallProgress => {
  let phase: StatusView['phase'] = 'starting'
  let since = new Date()
  const facts: Facts = { events, website: null, conversation: null, ending: null, result: null }

  const view = (): StatusView => ({
    phase,
    since: since.toISOString(),
    generation: facts.conversation?.generation ?? 0,
    host: events.ready?.host ?? null,
    errorCode: errorCodeOf(facts.ending),
  })
  const enter = (next: StatusView['phase']): void => {
    phase = next
    since = new Date()
    show()
  }
  const show = (): void => setCurrentDetails(detailsOf(view(), facts))
  setHandler(status, view, { description: 'What the call is doing' })
  events.noted = show
  show()

  return {
    enter,
    website: kind => {
      facts.website = kind
    },
    follow: held => {
      facts.conversation = held
    },
    ended: how => {
      facts.ending = how
    },
    finished: result => {
      facts.result = result
      enter('finished')
    },
  }
}

const errorCodeOf = (ending: CallEnding | null): StatusView['errorCode'] =>
  ending !== null && 'errorCode' in ending ? (ending.errorCode ?? null) : null

const DIALED: Record<NonNullable<CallEvents['dialed']>, string> = {
  dialed: 'the carrier has taken it',
  canceled: 'not made, the call was canceled',
  refused: "refused by the carrier, whose reason is the call's error message",
  not_dialable: 'not made, its time had passed or the call had ended',
  locked:
    'waits to dial: dialing is paused, another dial to this number has no answer yet, or its worker was held up',
  unknown: 'unknown whether it was made; it is looked up at the carrier, and never repeated',
}

/** Markdown: what is going on, since when, and everything that decided how the call goes on. */
const detailsOf = (view: StatusView, facts: Facts): string => {
  const { events, website, conversation, ending, result } = facts
  const lines = {
    website: website === 'unread' ? "not read, the reason is on the call's `context`" : website,
    'media host': view.host === null ? null : `\`${view.host}\`, generation ${view.generation}`,
    conversation: conversation?.end === 'failed' ? 'no media host could hold it' : (conversation?.end ?? null),
    handover: handoverOf(events, conversation?.generation ?? 0),
    dial: events.dialed && DIALED[events.dialed],
    answered: events.answered ? 'yes' : null,
    leg: events.legEnded,
    cancel: events.cancelRequested ? 'requested' : null,
    ends: ending && endOf(ending, result),
    turns: result?.turns ?? null,
  }
  return [
    `**${DOING[view.phase]}** since ${view.since}`,
    '',
    ...Object.entries(lines).flatMap(([name, value]) => (value === null ? [] : `- ${name}: ${value}`)),
  ].join('\n')
}

const handoverOf = (
  { lostGeneration, silentGeneration, leavingGeneration }: CallEvents,
  generation: number,
): string | null => {
  const newest = Math.max(lostGeneration, silentGeneration, leavingGeneration)
  if (newest === 0) return null
  const why =
    newest === lostGeneration ? 'lost its stream' : newest === silentGeneration ? 'is silent' : 'was told to stop'
  return `the host of generation ${newest} ${why}, generation ${generation} was asked for`
}

const endOf = (ending: CallEnding, result: FinishResult | null): string => {
  const code = errorCodeOf(ending)
  const outcome = result?.outcome ?? null
  return [
    `**${result?.status ?? ending.status}**`,
    outcome && `outcome \`${outcome}\``,
    code && `error code \`${code}\``,
  ]
    .filter(part => part !== null)
    .join(', ')
}

// What operators see of a running call: the status query, and the current details in the Temporal UI.
import { defineQuery, setCurrentDetails, setHandler } from '@temporalio/workflow'

import type { CallEvents } from './call-events.ts'
import { STATUS_QUERY } from './contract.ts'
import type { CallEnding, StatusView } from './contract.ts'
import type { HeldConversation } from './held-conversation.ts'

export const status = defineQuery<StatusView>(STATUS_QUERY)

const DOING: Record<StatusView['phase'], string> = {
  starting: 'Starting',
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
  /** The story knows how the call ends. */
  ended: (ending: CallEnding) => void
  /** Shows the host and generation of this conversation. */
  follow: (conversation: HeldConversation) => void
}

/** Answers the status query from now on, and keeps the current details. */
export const showProgress = (events: CallEvents): CallProgress => {
  let phase: StatusView['phase'] = 'starting'
  let since = new Date()
  let conversation: HeldConversation | null = null
  let ending: CallEnding | null = null

  const view = (): StatusView => ({
    phase,
    since: since.toISOString(),
    generation: conversation?.generation ?? 0,
    host: events.ready?.host ?? null,
    errorCode: ending !== null && 'errorCode' in ending ? (ending.errorCode ?? null) : null,
  })
  setHandler(status, view, { description: 'What the call is doing' })

  return {
    enter: next => {
      phase = next
      since = new Date()
      setCurrentDetails(detailsOf(view(), events, ending))
    },
    ended: how => {
      ending = how
    },
    follow: held => {
      conversation = held
    },
  }
}

const detailsOf = (view: StatusView, events: CallEvents, ending: CallEnding | null): string =>
  [
    `**${DOING[view.phase]}** since ${view.since}`,
    view.host === null ? null : `- media host \`${view.host}\`, generation ${view.generation}`,
    events.legEnded === null ? null : `- leg: ${events.legEnded}`,
    events.cancelRequested ? '- cancel requested' : null,
    ending === null ? null : `- ends: ${ending.status}${view.errorCode === null ? '' : ` (${view.errorCode})`}`,
  ]
    .filter(line => line !== null)
    .join('\n')

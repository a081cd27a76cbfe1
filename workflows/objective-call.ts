// The story of a call. Each wait in it has a deadline: a timer's, or the time-out of the activity that it waits for.
// O1  Nothing rings before a media host has its model session open.
// O2  What an activity could not do is a fact of the story, not an exception: only `finish` is never given up.
// O3  Words and numbers stay in the store; what passes through here are ids, generations and enumerations.
import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common'
import { CancellationScope, condition, upsertSearchAttributes } from '@temporalio/workflow'

import { listenForEvents, waitFor } from './call-events.ts'
import type { CallEvents } from './call-events.ts'
import {
  conclude,
  endConversation,
  finish,
  hangUp,
  openCall,
  readWebsite,
  requestGoodbye,
} from './call-activities.ts'
import { showProgress } from './call-progress.ts'
import type { CallProgress } from './call-progress.ts'
import type {
  CallEnding,
  FinishResult,
  ObjectiveCallInput,
  OpenCallResult,
  ReadWebsiteResult,
} from './contract.ts'
import { dial } from './dialing.ts'
import { holdConversation } from './held-conversation.ts'
import type { HeldConversation } from './held-conversation.ts'

// Calls that were started before the limit was among theirs.
const GOODBYE_SECONDS = 20

const CANCELED: CallEnding = { status: 'canceled' }

/** Runs one accepted call from its start to its end in the store, and says how it ended; it never fails. */
export const objectiveCall = async (input: ObjectiveCallInput): Promise<FinishResult | null> => {
  const events = listenForEvents()
  const progress = showProgress(events)
  return await CancellationScope.nonCancellable(async () => {
    const opened = await open(input.callId, events, progress)
    if (opened.kind === 'closed') return null
    // What the client asked for before there was a workflow was told to nobody.
    if (opened.canceled) events.cancelRequested = true
    // What was not to begin yet was canceled while it waited.
    const ending = opened.waitSeconds ? CANCELED : await runCall(input, events, progress)
    progress.ended(ending)
    progress.enter('concluding')
    const result = await finish({ callId: input.callId, ending })
    showToOperators(result)
    progress.finished(result)
    return result
  })
}

/** Opens the call, as often as it has to wait before it: when a wait is over, its time may be over as well. */
const open = async (callId: string, events: CallEvents, progress: CallProgress): Promise<OpenCallResult> => {
  for (;;) {
    const opened = await openCall(callId)
    if (opened.kind === 'closed' || !opened.waitSeconds) return opened
    progress.enter('waiting')
    if (await waitFor(() => events.cancelRequested, opened.waitSeconds, 'Until it may begin')) return opened
  }
}

const runCall = async (
  input: ObjectiveCallInput,
  events: CallEvents,
  progress: CallProgress,
): Promise<CallEnding> => {
  if (input.hasWebsite) {
    progress.enter('reading_website')
    await readFirst(input.callId, events, progress)
  }
  if (events.cancelRequested) return CANCELED

  progress.enter('preparing_media')
  const conversation = holdConversation(input, events)
  progress.follow(conversation)
  await condition(() => events.ready !== null || conversation.end !== null || events.cancelRequested)
  if (events.cancelRequested) return CANCELED
  if (conversation.end !== null) return { status: 'failed', errorCode: 'call_failed' }

  progress.enter('dialing')
  const dialed = await dial(input, events, conversation)
  if (dialed.kind === 'ended') return dialed.ending

  progress.enter('talking')
  await talk(input, events, conversation)

  progress.enter('concluding')
  const [ending] = await Promise.all([judge(input, events), seeLegEnded(input, events)])
  return ending
}

/** Until the website is read: one that cannot be costs the agent its context, not the call. */
const readFirst = async (callId: string, events: CallEvents, progress: CallProgress): Promise<void> => {
  let website: ReadWebsiteResult['kind'] | null = null
  void readWebsite(callId).then(
    ({ kind }) => (website = kind),
    () => (website = 'unread'),
  )
  await condition(() => website !== null || events.cancelRequested)
  if (website !== null) progress.website(website)
}

/** Until the conversation is over and its host has stored what it heard last. */
const talk = async (
  { callId, limits }: ObjectiveCallInput,
  events: CallEvents,
  conversation: HeldConversation,
): Promise<void> => {
  const isOver = () => conversation.end !== null
  const isLeft = () => isOver() || events.legEnded !== null
  await condition(() => isLeft() || events.cancelRequested)
  if (!isLeft()) {
    await requestGoodbye(callId)
    const isSaid = await waitFor(isLeft, limits.goodbyeSeconds ?? GOODBYE_SECONDS, 'Until goodbye is said')
    if (!isSaid) await endConversation({ callId, reason: 'canceled' })
  }
  await waitFor(isOver, limits.sealSeconds, 'Until the media host has stored its last words')
  if (conversation.end === 'failed') await endConversation({ callId, reason: 'media_lost' })
}

/** What the conversation came to; one that the client canceled is not judged. */
const judge = async (input: ObjectiveCallInput, { cancelRequested }: CallEvents): Promise<CallEnding> => {
  if (cancelRequested) return CANCELED
  const { kind } = await conclude(input).catch(() => ({ kind: 'analysis_failed' as const }))
  if (kind === 'broken') return { status: 'failed', errorCode: 'call_failed' }
  if (kind === 'canceled') return CANCELED
  return { status: 'completed', ...(kind === 'analysis_failed' ? { errorCode: kind } : {}) }
}

/** The carrier hangs up when it asks what to do next; when its last word does not come, it is told to. */
const seeLegEnded = async ({ callId, limits }: ObjectiveCallInput, events: CallEvents): Promise<void> => {
  const isEnded = () => events.legEnded !== null
  if (await waitFor(isEnded, limits.hangUpSeconds, 'Until the leg is hung up by REST')) return
  await hangUp(callId).catch(() => undefined)
}

const showToOperators = ({ status, outcome }: FinishResult): void => {
  const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)
  upsertSearchAttributes([
    { key: keyword('CallStatus'), value: status },
    { key: keyword('Outcome'), value: outcome },
  ])
}

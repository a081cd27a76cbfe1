import type { ConversationStore } from '../conversations/store.ts'
import type { DialingPauseStore } from '../dialing/store.ts'
import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Engine } from '../providers/ports.ts'
import type { Call } from './call.ts'
import type { CallStore } from './store.ts'

export interface CancelDeps {
  calls: Pick<CallStore, 'find' | 'requestCancel'>
  conversations: Pick<ConversationStore, 'find' | 'requestGoodbye'>
  pauses: Pick<DialingPauseStore, 'isPaused'>
  engine: Pick<Engine, 'startCall' | 'signalCancelRequested'>
  log: Log
}

/** Has a call end, once, for its client or an operator; throws `call_already_ended` when its conversation has ended already. */
export const createCancel = ({ calls, conversations, pauses, engine, log }: CancelDeps) => {
  const tell = async (id: string, canceled: Call | null): Promise<void> => {
    // A call that waits for dialing to be resumed has no workflow yet that could end it.
    if (canceled?.status === 'queued' && (await pauses.isPaused(canceled.mode))) await engine.startCall(canceled)
    await engine.signalCancelRequested(id)
  }

  return async (call: Call): Promise<void> => {
    if (isCanceled(call)) return
    const { _id } = call
    const conversation = await conversations.find(_id)
    const canceled = conversation?.ended ? null : await calls.requestCancel(_id, new Date())
    if (!canceled && !isCanceled(await calls.find(_id)))
      throw new AppError(
        'call_already_ended',
        'The call is over. Expected one whose conversation has not ended yet',
      )
    // Its agent says goodbye, whether or not the engine can be told.
    await conversations.requestGoodbye(_id, new Date())
    await tell(_id, canceled).catch((error: unknown) =>
      log.error(
        { call_id: _id, err: error },
        'the workflow was not told of the cancellation; the reconciler will',
      ),
    )
  }
}

const isCanceled = (call: Call | null): boolean =>
  call !== null && (call.cancelRequestedAt !== null || call.status === 'canceled')

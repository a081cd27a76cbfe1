// Handover: how a host that is told to stop lets go of a conversation that has not ended in its time for that.
// The successor opens its model session while this host still talks; then a gap between two sentences is waited for.

import type { Bridge } from './bridge.ts'
import type { ConverseDeps, Part } from './converse.ts'
import { persist } from './persist.ts'

/** A gap is waited for this long, in media time. */
const GAP_WITHIN_MS = 10_000

/** Asks for a successor once the host leaves. Without one the host goes on talking for as long as it may. */
export const handOverWhenLeaving = ({ engine, leaving }: ConverseDeps, part: Part, bridge: Bridge): void => {
  const { callId, generation, signal, log } = part
  const handOver = async (): Promise<void> => {
    log.info('a successor is asked for')
    const ask = () => engine.signalHandoverRequested(callId, generation)
    await persist(ask, { signal, log, what: 'the signal handoverRequested' })
    await part.successor
    bridge.letGo(GAP_WITHIN_MS)
  }
  if (leaving.aborted) void handOver()
  else leaving.addEventListener('abort', () => void handOver(), { once: true, signal })
}

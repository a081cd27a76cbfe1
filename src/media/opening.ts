import { setTimeout as delay } from 'node:timers/promises'

import type { Log } from '../log.ts'
import type { SessionSettings } from '../briefing/briefing.ts'
import type { OpenOutcome, SpeechModel } from '../providers/model-session.ts'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000

export interface OpeningOptions {
  /** How long a session may be tried for in all. */
  budgetMs: number
  signal: AbortSignal
  log: Log
}

/** Opens a model session, again and again while that can help: the last outcome is never `retryable` before its time. */
export const openPatiently = async (
  model: SpeechModel,
  settings: SessionSettings,
  { budgetMs, signal, log }: OpeningOptions,
): Promise<OpenOutcome> => {
  const giveUpAt = performance.now() + budgetMs
  const limit = AbortSignal.any([signal, AbortSignal.timeout(budgetMs)])
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const outcome = await model.open(settings, limit)
    if (outcome.kind !== 'retryable' || signal.aborted) return outcome
    const nextMs = Math.max(waitMs, outcome.retryAfterMs)
    if (performance.now() + nextMs > giveUpAt) return outcome
    log.info({ problem: outcome.message, wait_ms: nextMs }, 'the model session did not open')
    await delay(nextMs, undefined, { signal }).catch(() => undefined)
  }
}

// What a leg tells: requests to our side and warnings, each kept in the leg's account.
import type { Log } from '../../log.ts'
import type { RequestAccount, LegAccount } from './account.ts'
import type { Callback } from './call-parameters.ts'
import { WARNINGS } from './errors.ts'
import type { WarningCode } from './errors.ts'
import type { Answer, Send } from './outbound.ts'

export type About = Pick<RequestAccount, 'purpose' | 'event'> & { sequenceNumber?: number }

export interface Reporting {
  requests: RequestAccount[]
  warnings: LegAccount['warnings']
  warn: (code: WarningCode, detail: string) => void
  request: (to: Callback, form: Record<string, string>, about: About, signal?: AbortSignal) => Promise<Answer>
  /** Ends requests that are under way. */
  stop: () => void
}

export const createReporting = (send: Send, nowMs: () => number, log: Log): Reporting => {
  const stopped = new AbortController()
  const requests: RequestAccount[] = []
  const warnings: LegAccount['warnings'] = []
  const warn = (code: WarningCode, detail: string): void => {
    warnings.push({ code, message: `${WARNINGS[code]}: ${detail}`, mediaMs: nowMs() })
    log.warn({ code }, 'leg warning')
  }
  return {
    requests,
    warnings,
    warn,
    request: async (to, form, { purpose, event, sequenceNumber }, signal = stopped.signal) => {
      const entry: RequestAccount = {
        at: new Date().toISOString(),
        purpose,
        url: to.url,
        event,
        sequenceNumber: sequenceNumber ?? null,
        answered: null,
      }
      requests.push(entry)
      const answer = await send(to, form, AbortSignal.any([signal, stopped.signal]))
      entry.answered = answer.answered
      const isFine = answer.answered !== null && answer.answered < 300
      if (purpose !== 'instructions' && !isFine && !stopped.signal.aborted)
        warn(11200, `${purpose} callback: ${answer.answered ?? 'no answer'}`)
      return answer
    },
    stop: () => stopped.abort(),
  }
}

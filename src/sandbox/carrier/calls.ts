// All calls of one account: dials, look-ups, and the list with Twilio's pages.
import type { Log } from '../../log.ts'
import { maskNumber } from '../../log.ts'
import type { SandboxMetrics } from '../metrics.ts'
import { scenarioFor } from '../scenarios/table.ts'
import type { Ears } from '../voice/ears.ts'
import type { Dial, LegAccount } from './account.ts'
import { newCall } from './call.ts'
import type { Call } from './call.ts'
import { parseCreate } from './call-parameters.ts'
import type { CallParameters } from './call-parameters.ts'
import { CarrierError, tooManyRequests } from './errors.ts'
import { startLeg } from './leg.ts'
import type { Leg } from './leg.ts'
import { createSend } from './outbound.ts'

export interface Calls {
  /** Dials. Throws the CarrierError that the carrier answers. */
  create: (form: URLSearchParams) => Leg
  leg: (sid: string) => Leg | undefined
  /** Newest first. */
  all: () => Call[]
  dials: () => Dial[]
  accounts: () => LegAccount[]
  stop: () => void
}

export interface CallsOptions {
  accountSid: string
  authToken: string
  speed: number
  ears: Ears
  metrics: SandboxMetrics
  log: Log
}

// Enough for any test; a sandbox that runs for weeks must not grow for ever.
const KEPT = 1000

export const createCalls = ({ accountSid, authToken, speed, ears, metrics, log }: CallsOptions): Calls => {
  const legs = new Map<string, Leg>()
  const dials: Dial[] = []
  const send = createSend(authToken)

  /** How often this call was refused for being one too many; two are told apart by where they want their callbacks. */
  const timesRefused = ({ to, statusCallback }: CallParameters): number =>
    dials.filter(
      dial => dial.to === to && dial.statusCallback === (statusCallback?.url ?? null) && dial.errorCode === 20_429,
    ).length

  const start = (form: URLSearchParams): Leg => {
    const parameters = parseCreate(form)
    const scenario = scenarioFor(parameters.to)
    if (timesRefused(parameters) < (scenario.carrier.trouble?.tooManyRequests ?? 0)) throw tooManyRequests()
    if (scenario.carrier.kind === 'refuses') {
      const { status, code, message } = scenario.carrier
      throw new CarrierError(status, code, message)
    }
    const call = newCall(accountSid, parameters)
    const leg = startLeg({ call, scenario, authToken, speed, ears, send, metrics, log })
    legs.set(leg.call.sid, leg)
    for (const oldest of legs.keys()) if (legs.size > KEPT) legs.delete(oldest)
    return leg
  }
  const note = (form: URLSearchParams, sid: string | null, errorCode: number | null): void => {
    const [to, from] = [form.get('To') ?? '', form.get('From') ?? '']
    const statusCallback = form.get('StatusCallback')
    dials.push({ at: new Date().toISOString(), to, from, statusCallback, sid, errorCode })
    if (dials.length > KEPT) dials.shift()
    log.info({ leg: sid, to: maskNumber(to), code: errorCode }, 'dial')
  }

  return {
    create: form => {
      try {
        const leg = start(form)
        note(form, leg.call.sid, null)
        return leg
      } catch (error) {
        if (error instanceof CarrierError) note(form, null, error.code)
        throw error
      }
    },
    leg: sid => legs.get(sid),
    all: () => [...legs.values()].map(leg => leg.call).toReversed(),
    dials: () => dials,
    accounts: () => [...legs.values()].map(leg => leg.account()),
    stop: () => {
      for (const leg of legs.values()) leg.stop()
    },
  }
}

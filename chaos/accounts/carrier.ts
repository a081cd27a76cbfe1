// The carrier's account of a call: what it was asked to dial, and what became of its legs.
import type { Dial, LegAccount } from '../../src/sandbox/carrier/account.ts'

export interface CarrierAccount {
  dials: Dial[]
  legs: LegAccount[]
}

/** Reads everything that the carrier knows; `about` narrows it to what names this text. */
export const readCarrier = async (sandboxUrl: string, about?: string): Promise<CarrierAccount> => {
  const query = about === undefined ? '' : `?about=${encodeURIComponent(about)}`
  const response = await fetch(`${sandboxUrl}/sandbox/legs${query}`, { signal: AbortSignal.timeout(20_000) })
  const all = (await response.json()) as CarrierAccount
  if (about === undefined) return all
  const dials = all.dials.filter(dial => dial.statusCallback?.includes(about))
  const sids = new Set(dials.map(({ sid }) => sid))
  return { dials, legs: all.legs.filter(({ sid }) => sids.has(sid)) }
}

const ENDED = new Set<string>(['completed', 'busy', 'no-answer', 'canceled', 'failed'])

/** Whether the carrier still has the line open. */
export const isUp = ({ status }: LegAccount): boolean => !ENDED.has(status)

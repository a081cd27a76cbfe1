import type { Dial, LegAccount } from '../../src/sandbox/carrier/account.ts'

/** The carrier's account: what it was asked to dial, and what became of its legs. */
export interface CarrierAccount {
  dials: Dial[]
  legs: LegAccount[]
}

/** Reads everything that the carrier knows; `callId` narrows it to one call, by the address for its callbacks. */
export const readCarrier = async (sandboxUrl: string, callId?: string): Promise<CarrierAccount> => {
  const query = callId === undefined ? '' : `?about=${callId}`
  const response = await fetch(`${sandboxUrl}/sandbox/legs${query}`, { signal: AbortSignal.timeout(20_000) })
  return (await response.json()) as CarrierAccount
}

// How often somebody may do something.
// T1  Windows are fixed: one begins with the first thing that is counted, and the next one with the first after it.
// T2  What a limit refuses counts in its window too, but makes no window longer.
import ipaddr from 'ipaddr.js'

export interface RateLimit {
  /** Tells the counts of one limit from those of others. */
  name: string
  most: number
  windowSeconds: number
}

/** Calls that are placed with one key. */
export const CALLS_A_MINUTE: RateLimit = { name: 'calls', most: 10, windowSeconds: 60 }

/**
 * Requests without a right key from one address. It spares the store, and the log of whoever looks for an intruder; a key
 * has 150 random bits, so that nobody finds one by trying. A right key is served whatever others at its address send.
 */
export const UNAUTHORIZED_A_MINUTE: RateLimit = { name: 'unauthorized', most: 60, windowSeconds: 60 }

/** Where somebody stands in the window that runs. */
export interface Standing {
  limit: RateLimit
  isExceeded: boolean
  remaining: number
  /** Until the window ends. */
  resetMs: number
}

const IPV6_PREFIX_BITS = 64

/** Whom an address counts as: an IPv6 network of 64 bits is one customer's, and an IPv4 address in IPv6 clothes is itself. */
export const addressGroup = (address: string): string => {
  if (!ipaddr.isValid(address)) return 'unknown'
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/${IPV6_PREFIX_BITS}`)
  return `${network.toString()}/${IPV6_PREFIX_BITS}`
}

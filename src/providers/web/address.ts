import ipaddr from 'ipaddr.js'

const GLOBAL_IPV6 = ipaddr.IPv6.parse('2000::')

/**
 * Whether an address is one that the whole Internet reaches. Everything else is refused: private, loopback, link-local,
 * carrier-grade NAT, reserved, multicast, and IPv6 forms that carry an IPv4 address (mapped ones count as what they
 * carry; translated, 6to4, Teredo and compatible ones are refused as they are).
 */
export const isGlobalAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return false
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_IPV6, 3)
}

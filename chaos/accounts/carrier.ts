import type { LegAccount } from '../../src/sandbox/carrier/account.ts'

const ENDED = new Set<string>(['completed', 'busy', 'no-answer', 'canceled', 'failed'])

/** Whether the carrier still has the line open. */
export const isUp = ({ status }: LegAccount): boolean => !ENDED.has(status)

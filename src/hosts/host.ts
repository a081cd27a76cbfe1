import type { Mode } from '../calls/call.ts'

/** A media host's lease, the document in `hosts`: it lives as long as it renews it. */
export interface HostLease {
  _id: string
  /** The whole public URL of its streams. */
  url: string
  mode: Mode
  renewedAt: Date
  /** Conversations that it can hold at once. */
  slots: number
  /** Conversations that it holds. */
  live: number
}

/** Whether a host still renews its lease: no host of which nothing was heard for `staleMs` is given a stream. */
export const isFresh = (lease: Pick<HostLease, 'renewedAt'> | null, now: Date, staleMs: number): boolean =>
  lease !== null && now.getTime() - lease.renewedAt.getTime() < staleMs

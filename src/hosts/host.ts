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
  /** It is told to stop: what it holds goes on, and it takes nothing more. */
  draining?: boolean
}

/** Whether a host still renews its lease. */
export const isFresh = (lease: Pick<HostLease, 'renewedAt'> | null, now: Date, staleMs: number): boolean =>
  lease !== null && now.getTime() - lease.renewedAt.getTime() < staleMs

/** Whether a stream may be sent to a host. */
export const takesStreams = (lease: HostLease | null, now: Date, staleMs: number): boolean =>
  isFresh(lease, now, staleMs) && lease?.draining !== true

/** Where a host with these streams says over HTTP that it is well. */
export const probeUrl = (streamsUrl: string): string =>
  streamsUrl.replace(/^ws/, 'http').replace(/\/streams$/, '/healthz')

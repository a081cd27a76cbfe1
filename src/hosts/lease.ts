import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { HostLease } from './host.ts'
import type { HostStore } from './store.ts'

export interface LeaseDeps {
  hosts: Pick<HostStore, 'renew' | 'remove'>
  /** The lease as it is at this moment. */
  current: () => HostLease
  renewMs: number
  log: Log
}

/** Takes a lease and renews it until it is given up; rejects if the first one cannot be written. */
export const startLease = async ({ hosts, current, renewMs, log }: LeaseDeps) => {
  await hosts.renew(current())
  let isRenewing: Promise<void> = Promise.resolve()
  const renew = (): void => {
    isRenewing = hosts
      .renew(current())
      .catch((error: unknown) => log.warn({ problem: messageOf(error) }, 'the lease could not be renewed'))
  }
  const timer = setInterval(renew, renewMs)

  const remove = async (): Promise<void> => {
    clearInterval(timer)
    await isRenewing
    await hosts
      .remove(current()._id)
      .catch((error: unknown) => log.warn({ problem: messageOf(error) }, 'the lease could not be given up'))
  }
  let removed: Promise<void> | null = null

  return {
    /** Writes the lease as it is now, without waiting for its time. */
    renew: async (): Promise<void> => {
      await isRenewing
      if (!removed) renew()
      await isRenewing
    },

    /** Nobody sends a stream here any more. A lease that cannot be removed is stale soon. */
    giveUp: (): Promise<void> => (removed ??= remove()),
  }
}

import type { Collection, Db } from 'mongodb'

import type { HostLease } from './host.ts'

export type HostStore = ReturnType<typeof createHostStore>

/** The collection `hosts`: one lease a media host, written by that host alone. */
export const createHostStore = (db: Db) => {
  const hosts: Collection<HostLease> = db.collection<HostLease>('hosts')

  return {
    renew: async ({ _id, ...lease }: HostLease): Promise<void> => {
      await hosts.updateOne({ _id }, { $set: lease }, { upsert: true })
    },
    remove: async (id: string): Promise<void> => {
      await hosts.deleteOne({ _id: id })
    },
    findAll: async (mode: HostLease['mode']): Promise<HostLease[]> => await hosts.find({ mode }).toArray(),
    find: async (id: string): Promise<HostLease | null> => await hosts.findOne({ _id: id }),
  }
}

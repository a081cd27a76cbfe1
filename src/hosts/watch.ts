// Watch: finds media hosts that are silent (frozen, cut off, without power) while their sockets may still be open.
// S1  A host is silent when its lease is stale while another host's is fresh, and it does not answer a probe either. So
//     a store that was away, which makes all leases stale at once, is not taken for dead hosts.
// S2  Nothing is decided here: the workflows of its conversations are told, once by each watch, and move them.
// S3  Any number of watches may run at once.
import type { Mode } from '../calls/call.ts'
import type { ConversationStore } from '../conversations/store.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Engine } from '../providers/ports.ts'
import { isFresh } from './host.ts'
import type { HostLease } from './host.ts'
import { answersProbe } from './probe.ts'
import type { HostStore } from './store.ts'

export interface WatchDeps {
  mode: Mode
  hosts: Pick<HostStore, 'findAll' | 'remove'>
  conversations: Pick<ConversationStore, 'findHeldBy'>
  engine: Pick<Engine, 'signalHostLost'>
  timeouts: { leaseRenewMs: number; leaseStaleMs: number; leaseProbeMs: number }
  log: Log
}

/** A host of which nothing was heard for so many stale leases is gone for good. */
const GONE_AFTER_LEASES = 100

export const createWatch = ({ mode, hosts, conversations, engine, timeouts, log }: WatchDeps) => {
  const told = new Set<string>()

  const tell = async (lease: HostLease): Promise<void> => {
    for (const { _id, generation } of await conversations.findHeldBy(lease._id)) {
      const key = `${_id}/${generation}`
      if (told.has(key)) continue
      log.warn({ call_id: _id, host: lease._id, generation }, 'the media host of a conversation is silent')
      await engine.signalHostLost(_id, generation)
      told.add(key)
    }
  }

  const examine = async (lease: HostLease, now: Date): Promise<void> => {
    if (await answersProbe(lease, timeouts.leaseProbeMs)) return
    await tell(lease)
    if (isFresh(lease, now, timeouts.leaseStaleMs * GONE_AFTER_LEASES)) return
    log.info({ host: lease._id }, 'the lease of a media host that is gone is removed')
    await hosts.remove(lease._id)
  }

  const look = async (now: Date): Promise<void> => {
    const leases = await hosts.findAll(mode)
    const stale = leases.filter(lease => !isFresh(lease, now, timeouts.leaseStaleMs))
    if (stale.length === 0) told.clear()
    if (stale.length < leases.length) await Promise.all(stale.map(lease => examine(lease, now)))
  }

  return {
    look,

    /** Looks twice in each renewal's time; the returned function stops it, and resolves when nothing runs any more. */
    start: (): (() => Promise<void>) => {
      let isStopped = false
      let timer: NodeJS.Timeout | undefined
      let looking = Promise.resolve()
      const run = (): void => {
        looking = look(new Date())
          .catch((error: unknown) =>
            log.warn({ problem: messageOf(error) }, 'the media hosts could not be watched'),
          )
          .then(() => {
            if (!isStopped) timer = setTimeout(run, timeouts.leaseRenewMs / 2)
          })
      }
      run()
      return async () => {
        isStopped = true
        clearTimeout(timer)
        await looking
      }
    },
  }
}

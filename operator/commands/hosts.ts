import { toSecond } from '../../src/calls/present.ts'
import { isFresh } from '../../src/hosts/host.ts'
import type { HostLease } from '../../src/hosts/host.ts'
import type { Command } from '../command.ts'
import { table } from '../show.ts'
import { modesOf } from '../values.ts'

const stateOf = (lease: HostLease, now: Date, staleMs: number): 'up' | 'stopping' | 'silent' => {
  if (!isFresh(lease, now, staleMs)) return 'silent'
  return lease.draining === true ? 'stopping' : 'up'
}

const hosts: Command = {
  name: 'hosts',
  summary: 'List the media hosts by their leases',
  takes: {},
  options: { mode: { takes: 'live|test', about: 'only those for calls of these keys' } },
  about:
    'up: it takes calls. stopping: it was told to stop, and what it holds goes on. silent: it has not renewed its lease in\ntime; its conversations go to others, and the lease is removed some minutes later.',
  read: given => {
    const modes = modesOf(given)
    return async operator => {
      const leases = (await Promise.all(modes.map(mode => operator.hosts.findAll(mode)))).flat()
      const now = new Date()
      const seen = leases.map(lease => ({
        ...lease,
        state: stateOf(lease, now, operator.leaseStaleMs),
        ageSeconds: Math.max(0, (now.getTime() - lease.renewedAt.getTime()) / 1000).toFixed(1),
      }))
      operator.say(
        table(
          ['host', 'mode', 'state', 'in use', 'slots', 'renewed', 'streams'],
          seen.map(({ _id, mode, state, live, slots, ageSeconds, url }) => [
            _id,
            mode,
            state,
            String(live),
            String(slots),
            `${ageSeconds} s ago`,
            url,
          ]),
          'No media host has a lease: calls wait.',
        ),
        seen.map(({ _id, mode, state, live, slots, renewedAt, url }) => ({
          host: _id,
          mode,
          state,
          in_use: live,
          slots,
          renewed_at: toSecond(renewedAt),
          url,
        })),
      )
    }
  },
}

export const hostCommands = [hosts]

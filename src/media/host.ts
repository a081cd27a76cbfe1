// Media host: one process that holds conversations. It has one gateway, one lease and one watcher.

import { hostname } from 'node:os'

import type { Prompts } from '../briefing/prompts.ts'
import type { Mode } from '../calls/call.ts'
import type { CallStore } from '../calls/store.ts'
import type { ConversationStore } from '../conversations/store.ts'
import { startLease } from '../hosts/lease.ts'
import type { HostStore } from '../hosts/store.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { SpeechModel } from '../providers/model-session.ts'
import type { Engine } from '../providers/ports.ts'
import type { ConverseInput, ConverseProgress, ConverseResult } from '../../workflows/contract.ts'
import { createArrivals } from './arrivals.ts'
import { converse } from './converse.ts'
import type { MediaTimeouts, Refusal } from './converse.ts'
import { startGateway } from './gateway.ts'
import { createWatcher } from './watcher.ts'

/** How long an admitted socket's `start` may take. */
const STREAM_START_MS = 10_000

export interface MediaHostDeps {
  mode: Mode
  /** Public base of this host's gateway, `wss://media-1.example.com`. */
  publicUrl: string
  listen: { host: string; port: number }
  /** Conversations at once. */
  slots: number
  calls: Pick<CallStore, 'find'>
  conversations: ConversationStore
  hosts: HostStore
  engine: Pick<Engine, 'signalMediaReady' | 'signalHandoverRequested'>
  model: SpeechModel
  prompts: Prompts
  timeouts: MediaTimeouts & { leaseRenewMs: number; drainMs: number }
  metrics: Metrics
  log: Log
}

export interface MediaHost {
  /** This process, in leases and conversations. */
  id: string
  port: number
  converse: (
    input: ConverseInput,
    released: AbortSignal,
    onProgress?: (progress: ConverseProgress) => void,
  ) => Promise<ConverseResult | Refusal>
  /** Takes no new streams, and tells so; those that run go on, and are handed over when their time for that is over. */
  drain: () => Promise<void>
  /** Closes everything, running conversations included. */
  close: () => Promise<void>
}

/** Starts a media host: it listens and has its lease. Rejects if the port is taken or the store cannot be reached. */
export const createMediaHost = async (deps: MediaHostDeps): Promise<MediaHost> => {
  const id = `${hostname()}-${newId('host')}`
  const log = deps.log.child({ host: id })
  const streamsUrl = `${deps.publicUrl.replace(/\/$/, '')}/streams`
  const arrivals = createArrivals(deps.conversations)
  const draining = new AbortController()
  const leaving = new AbortController()
  let leaves: NodeJS.Timeout | undefined
  let live = 0

  const gateway = await startGateway({
    listen: deps.listen,
    startMs: STREAM_START_MS,
    admit: arrivals.admit,
    metrics: deps.metrics,
    log,
  })
  const lease = await startLease({
    hosts: deps.hosts,
    current: () => ({
      _id: id,
      url: streamsUrl,
      mode: deps.mode,
      renewedAt: new Date(),
      slots: deps.slots,
      live,
      draining: draining.signal.aborted,
    }),
    renewMs: deps.timeouts.leaseRenewMs,
    log,
  }).catch(async (error: unknown) => {
    await gateway.close()
    throw error
  })
  const watcher = createWatcher(deps.conversations, log)
  const converseDeps = {
    ...deps,
    host: { id, streamsUrl },
    watcher,
    arrivals,
    draining: draining.signal,
    leaving: leaving.signal,
    log,
  }

  return {
    id,
    port: gateway.port,
    converse: async (input, released, onProgress = () => undefined) => {
      live++
      deps.metrics.conversationsLive.set(live)
      try {
        const result = await converse({ ...converseDeps, onProgress }, input, released)
        deps.metrics.conversationsEnded.inc({ result: result.kind })
        return result
      } finally {
        live--
        deps.metrics.conversationsLive.set(live)
      }
    },
    drain: async () => {
      gateway.drain()
      draining.abort()
      leaves = setTimeout(() => leaving.abort(), deps.timeouts.drainMs)
      await lease.renew()
    },
    close: async () => {
      clearTimeout(leaves)
      await lease.giveUp()
      watcher.stop()
      await gateway.close()
    },
  }
}

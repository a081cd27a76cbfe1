// The <Stream> of a <Connect> on a leg: checked, opened, told to its own status callback, kept in the account.
import type { SandboxMetrics } from '../metrics.ts'
import type { StreamAccount } from './account.ts'
import { newSid } from './call.ts'
import type { Call } from './call.ts'
import type { PhoneLine } from './phone-line.ts'
import type { Reporting } from './reporting.ts'
import type { StreamNoun } from './twiml.ts'

export interface ConnectionDeps {
  call: Call
  authToken: string
  line: PhoneLine
  reporting: Reporting
  metrics: SandboxMetrics
  /** Where the account of every stream is kept. */
  streams: StreamAccount[]
  /** A second socket comes with the same `start` while the first is served. */
  isTwice: boolean
}

/** Connects the leg to a stream until that ends; gives the account of it. */
export const connectStream = async (
  noun: StreamNoun,
  signal: AbortSignal,
  deps: ConnectionDeps,
): Promise<StreamAccount> => {
  const { call, authToken, line, reporting, metrics } = deps
  const streamSid = newSid('MZ')
  const account = newAccount(streamSid, noun.url)
  const twin = deps.isTwice ? newAccount(streamSid, noun.url) : null
  deps.streams.push(account, ...(twin ? [twin] : []))
  const ids = { accountSid: call.accountSid, callSid: call.sid, streamSid }
  const tell = (event: string): void => {
    if (!noun.statusCallback) return
    const form = {
      AccountSid: call.accountSid,
      CallSid: call.sid,
      StreamSid: streamSid,
      ...(noun.name !== null && { StreamName: noun.name }),
      StreamEvent: event,
      Timestamp: new Date().toISOString(),
    }
    void reporting.request(noun.statusCallback, form, { purpose: 'stream', event })
  }
  const onOpen = (): void => {
    account.openedMs = line.nowMs()
    metrics.streamsOpen.inc()
    tell('stream-started')
  }
  if (isStreamUrl(noun.url))
    account.end = await line.connect({ noun, ids, authToken, account, twin, signal, warn: reporting.warn, onOpen })
  else {
    reporting.warn(11100, `'${noun.url}' is no ws or wss URL without a query`)
    account.end = 'refused'
  }
  account.closedMs = line.nowMs()
  if (account.openedMs !== null) metrics.streamsOpen.dec()
  tell(account.end === 'refused' ? 'stream-error' : 'stream-stopped')
  return account
}

const newAccount = (streamSid: string, url: string): StreamAccount => ({
  streamSid,
  url,
  openedMs: null,
  closedMs: null,
  end: null,
  closeCode: null,
  framesSent: 0,
  framesPlayed: 0,
  firstPlayedMs: null,
})

// A Stream's url takes no query string: what our side needs travels as a <Parameter>.
const isStreamUrl = (url: string): boolean =>
  URL.canParse(url) && /^wss?:$/.test(new URL(url).protocol) && new URL(url).search === ''

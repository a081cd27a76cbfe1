import { cancellationSignal } from '@temporalio/activity'

import type { CallStore } from '../src/calls/store.ts'
import type { Log } from '../src/log.ts'
import type { WebsiteReader } from '../src/providers/ports.ts'
import type { ReadWebsiteResult } from '../workflows/contract.ts'

export interface WebsiteDeps {
  calls: CallStore
  websites: WebsiteReader
  log: Log
}

export const createWebsiteActivities = ({ calls, websites, log }: WebsiteDeps) => ({
  /** Reads the business's website into the call's context; what could not be read is kept as the reason why. */
  readWebsite: async (callId: string): Promise<ReadWebsiteResult> => {
    const website = (await calls.find(callId))?.request.website
    if (!website) return { kind: 'unread' }
    const context = await websites.read(website, cancellationSignal())
    await calls.setContext(callId, context)
    if (context.kind === 'unread')
      log.info({ call_id: callId, reason: context.reason }, 'the website was not read')
    else log.info({ call_id: callId, by: context.by }, 'the website was read')
    return { kind: context.kind }
  },
})

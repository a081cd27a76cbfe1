import { createCallActivities } from './call.ts'
import type { CallDeps } from './call.ts'
import { createConclusionActivities } from './conclusion.ts'
import type { ConclusionDeps } from './conclusion.ts'
import type { createConverseActivity } from './converse.ts'
import { createLegActivities } from './leg.ts'
import type { LegDeps } from './leg.ts'
import { createWebsiteActivities } from './website.ts'
import type { WebsiteDeps } from './website.ts'

export type CallsDeps = CallDeps & ConclusionDeps & LegDeps & WebsiteDeps

/** The short activities of a call, for the queue `calls-<mode>`. */
export const createCallsActivities = (deps: CallsDeps) => ({
  ...createCallActivities(deps),
  ...createWebsiteActivities(deps),
  ...createLegActivities(deps),
  ...createConclusionActivities(deps),
})

export type CallsActivities = ReturnType<typeof createCallsActivities>

/** The activity of a media host, for the queues `media-<mode>` and `handover-<mode>`. */
export type MediaActivities = ReturnType<typeof createConverseActivity>

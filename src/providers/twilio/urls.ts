import type { Mode } from '../../calls/call.ts'

/** The generation whose stream has ended: a number, or the one that the conversation is at. */
export type After = number | 'current'

/** Where the carrier asks and tells of one call: `base` is the API's public URL. */
export const callbackUrls = (base: string, mode: Mode, callId: string) => {
  const call = `${base}/carrier/${mode}/calls/${callId}`
  return {
    status: `${call}/status`,
    amd: `${call}/amd`,
    /** `after` is the generation whose stream will have ended; `sinceMs` when the carrier first asked in vain. */
    instructions: (after: After = 0, sinceMs?: number): string => {
      const query = new URLSearchParams()
      if (after !== 0) query.set('after', String(after))
      if (sinceMs !== undefined) query.set('since', String(sinceMs))
      return query.size === 0 ? `${call}/instructions` : `${call}/instructions?${query.toString()}`
    },
  }
}

/** Their paths, for a router. */
export const CALLBACK_PATHS = {
  instructions: '/carrier/:mode/calls/:callId/instructions',
  status: '/carrier/:mode/calls/:callId/status',
  amd: '/carrier/:mode/calls/:callId/amd',
}

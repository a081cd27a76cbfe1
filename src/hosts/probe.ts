import { probeUrl } from './host.ts'
import type { HostLease } from './host.ts'

/** Whether a host says over HTTP, within `withinMs`, that it is well. */
export const answersProbe = async ({ url }: Pick<HostLease, 'url'>, withinMs: number): Promise<boolean> => {
  try {
    const response = await fetch(probeUrl(url), { signal: AbortSignal.timeout(withinMs) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

// Kills the media host of a call in the middle of it, for everybody to see.
import type { Stack } from '../stack.ts'
import type { WireCall } from './call.ts'
import { legsOf } from './differences.ts'

/** The agent has said what it calls for, and is being answered. */
const KILL_AT_TURN = 3

const portOf = (url: string): string => new URL(url).port

/** For `placeAndFollow`: the host that carries the call is killed while the agent is answered; then its successor is named. */
export const createKiller = (stack: Pick<Stack, 'kill' | 'mediaUrls' | 'sandboxUrl'>) => {
  let killed: string | null = null
  let streams = 1

  const nameAt = (streamUrl: string): string =>
    Object.entries(stack.mediaUrls).find(([, url]) => portOf(url) === portOf(streamUrl))?.[0] ?? streamUrl

  return async ({ call_id: callId, turns }: WireCall, say: (line: string) => void): Promise<void> => {
    if ((turns?.length ?? 0) < KILL_AT_TURN) return
    const carried = (await legsOf(stack.sandboxUrl, callId))[0]?.streams ?? []
    const last = carried.at(-1)
    if (!last) return
    if (killed === null) {
      killed = nameAt(last.url)
      await stack.kill(killed)
      say(`killed       ${killed}, which carried the call (kill -9)`)
    } else if (carried.length > streams) {
      streams = carried.length
      say(`taken over   by ${nameAt(last.url)}, generation ${streams}`)
    }
  }
}

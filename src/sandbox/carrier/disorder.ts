// Status callbacks as a carrier may deliver them: not at all, or twice and in another order.
import type { Trouble } from '../scenarios/scenario.ts'

type Deliver = () => void

export interface Deliveries {
  /** Delivers a callback now, later, twice or never; `isLast` says that none follows. */
  add: (deliver: Deliver, isLast: boolean) => void
}

/** How the callbacks of one leg are delivered; in order and once if there is no trouble. */
export const createDeliveries = (trouble: Trouble['callbacks']): Deliveries => {
  let held: Deliver | null = null
  const twice = (deliver: Deliver | null): void => {
    deliver?.()
    deliver?.()
  }
  return {
    add: (deliver, isLast) => {
      if (trouble === 'none') return
      if (trouble !== 'repeated') return deliver()
      if (held === null && !isLast) held = deliver
      else {
        twice(deliver)
        twice(held)
        held = null
      }
    },
  }
}

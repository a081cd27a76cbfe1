// Status callbacks as a carrier may deliver them: not at all, twice, late, or in another order.
// D1  Where one is to come after another, it is sent when the other was answered, or could not be delivered.
import type { Trouble } from '../scenarios/scenario.ts'

type Deliver = () => Promise<unknown>

export interface Deliveries {
  /** Delivers a callback now, later, twice or never; `isLast` says that none follows. */
  add: (deliver: Deliver, isLast: boolean) => void
}

/** The callbacks that are sent twice, the later one of two before the earlier one. */
const repeated = (): Deliveries => {
  let held: Deliver | null = null
  const twice = (deliver: Deliver | null): void => {
    void deliver?.()
    void deliver?.()
  }
  return {
    add: (deliver, isLast) => {
      if (held === null && !isLast) held = deliver
      else {
        twice(deliver)
        twice(held)
        held = null
      }
    },
  }
}

const inOrder = async (deliveries: readonly Deliver[]): Promise<void> => {
  for (const deliver of deliveries) await deliver()
}

/** All callbacks at the end. */
const late = (): Deliveries => {
  const held: Deliver[] = []
  return {
    add: (deliver, isLast) => {
      held.push(deliver)
      if (isLast) void inOrder(held)
    },
  }
}

/** The first two callbacks after the later ones: ringing after the answer, initiated after the end. */
const backwards = (): Deliveries => {
  const held: Deliver[] = []
  let added = 0
  let sent = Promise.resolve()
  return {
    add: (deliver, isLast) => {
      added++
      if (added <= 2 && !isLast) return void held.push(deliver)
      const due = [deliver, ...held.splice(isLast ? 0 : -1).toReversed()]
      sent = sent.then(() => inOrder(due))
    },
  }
}

/** How the callbacks of one leg are delivered; in order and once if there is no trouble. */
export const createDeliveries = (trouble: Trouble['callbacks']): Deliveries => {
  switch (trouble) {
    case 'none':
      return { add: () => undefined }
    case 'repeated':
      return repeated()
    case 'late':
      return late()
    case 'backwards':
      return backwards()
    case undefined:
      return { add: deliver => void deliver() }
  }
}

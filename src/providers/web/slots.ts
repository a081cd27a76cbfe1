export interface Slots {
  /** Waits for a free slot; gives what frees it again. Throws the signal's reason when that comes first. */
  take: (signal: AbortSignal) => Promise<() => void>
}

/** At most `count` at a time; who comes first is served first. */
export const createSlots = (count: number): Slots => {
  const waiting = new Set<() => void>()
  let free = count

  const give = (): void => {
    const [next] = waiting
    if (next) next()
    else free += 1
  }

  return {
    take: async signal => {
      signal.throwIfAborted()
      if (free > 0) {
        free -= 1
        return give
      }
      await new Promise<void>((resolve, reject) => {
        const abandon = (): void => {
          waiting.delete(take)
          reject(signal.reason as Error)
        }
        const take = (): void => {
          waiting.delete(take)
          signal.removeEventListener('abort', abandon)
          resolve()
        }
        waiting.add(take)
        signal.addEventListener('abort', abandon, { once: true })
      })
      return give
    },
  }
}

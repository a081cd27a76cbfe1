/** Messages as they come, and a way to wait for one without polling. */
export const createMailbox = <T>() => {
  const all: T[] = []
  const waiters = new Set<() => void>()

  return {
    all,
    deliver: (message: T): void => {
      all.push(message)
      for (const look of waiters) look()
    },
    /** The first message from number `from` on that fits, as soon as it is there. */
    until: <S extends T>(fits: (message: T) => message is S, from = 0): Promise<S> =>
      new Promise(resolve => {
        const look = (): void => {
          const found = all.slice(from).find(fits)
          if (found === undefined) return
          waiters.delete(look)
          resolve(found)
        }
        waiters.add(look)
        look()
      }),
  }
}

/** The update that stores limits, and takes away those that are `null`; one that is not named stays. */
export const limitUpdate = (changes: Record<string, number | boolean | null | undefined>) => {
  const named = Object.entries(changes).filter(([, value]) => value !== undefined)
  const $set = named.filter(([, value]) => value !== null).map(([name, value]) => [`limits.${name}`, value])
  const $unset = named.filter(([, value]) => value === null).map(([name]) => [`limits.${name}`, ''])
  return {
    ...($set.length > 0 && { $set: Object.fromEntries($set) as Record<string, number | boolean> }),
    ...($unset.length > 0 && { $unset: Object.fromEntries($unset) as Record<string, ''> }),
  }
}

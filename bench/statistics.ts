/** The value below which `share` (0 to 1) of the values lie, by nearest rank. Throws when there are none. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('no values')
  return value
}

/** The middle value, or the mean of the two in the middle. */
export const median = (values: readonly number[]): number =>
  values.length % 2 === 1
    ? quantile(values, 0.5)
    : (quantile(values, 0.5) + quantile(values, 0.5 + 1 / values.length)) / 2

/** `median (min–max)`. */
export const spread = (values: readonly number[], digits: number): string => {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map(value =>
    value.toFixed(digits),
  )
  return values.length === 1 ? `${middle}` : `${middle} (${low}–${high})`
}

/** Each value over the one of the same round in `control`. */
export const ratios = (values: readonly number[], control: readonly number[]): number[] =>
  values.map((value, round) => value / (control[round] ?? Number.NaN))

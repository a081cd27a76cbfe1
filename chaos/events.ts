/** What happened in a run, in order: printed with a run that failed. */
export interface Events {
  note: (text: string) => void
  lines: () => string[]
}

/** A log whose times are milliseconds since it was made. */
export const createEvents = (): Events => {
  const startedAt = performance.now()
  const lines: string[] = []
  return {
    note: text => void lines.push(`${String(Math.round(performance.now() - startedAt)).padStart(7)} ms  ${text}`),
    lines: () => lines,
  }
}

// How things look in a terminal.

/** Names and values below each other; what is `null` is left out. */
export const fields = (lines: [name: string, value: string | number | null][]): string => {
  const shown = lines.filter(([, value]) => value !== null)
  const width = Math.max(...shown.map(([name]) => name.length)) + 2
  return shown.map(([name, value]) => `${name.padEnd(width)}${oneLine(String(value))}`).join('\n')
}

/** Rows below their headings; `none` is said when there are none. */
export const table = (headings: string[], rows: string[][], none: string): string => {
  if (rows.length === 0) return none
  const all = [headings.map(heading => heading.toUpperCase()), ...rows]
  const widths = headings.map((_, i) => Math.max(...all.map(row => row[i]?.length ?? 0)))
  return all
    .map(row =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `2026-01-31 14:05:09Z` */
export const timeOf = (moment: Date): string =>
  moment
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')

/** Without what a terminal would obey: clients, callees and websites have written part of it. */
export const harmless = (text: string): string => text.replace(/(?!\n)\p{Cc}/gu, '\uFFFD')

/** On one line: else it could look like others of ours. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

/** At most `length` characters of one line. */
export const shorten = (text: string, length: number): string => {
  const line = oneLine(text)
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}

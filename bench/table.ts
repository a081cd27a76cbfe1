/** Prints rows under a head; the first column is left-aligned, the others right-aligned. */
export const printTable = (head: readonly string[], rows: readonly (readonly string[])[]): void => {
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  const format = (line: readonly string[]): string =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ')
      .trimEnd()
  console.log(`\n${format(head)}\n${widths.map(width => '-'.repeat(width)).join('   ')}`)
  for (const row of rows) console.log(format(row))
}

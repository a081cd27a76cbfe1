import { cpus, loadavg, totalmem } from 'node:os'

/** The facts without which the numbers mean nothing. */
export const describeMachine = (): string => {
  const cores = cpus()
  const load = loadavg()
    .map(value => value.toFixed(1))
    .join(' ')
  const memory = Math.round(totalmem() / 2 ** 30)
  return [
    `machine   ${cores.length} × ${cores[0]?.model.trim() ?? 'unknown'}, ${memory} GiB, load ${load}`,
    `node      ${process.version}, ${process.platform} ${process.arch}`,
    'Every process runs on these cores, this one too, and others may share them: read the ratios to the control of',
    'the same run before the absolute numbers, and the spread before either.',
  ].join('\n')
}

// What is printed of runs, and what is kept of one that failed.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { KINDS, describeFault } from './faults/fault.ts'
import type { RunResult } from './run.ts'

/** The lines of a failing run's violations. */
export const violationLines = ({ plan, calls }: RunResult): string[] =>
  calls.flatMap(({ violations, callId, faults }, n) => [
    ...violations.map(text => `  call ${n} ${plan.calls[n]?.scenario} ${callId ?? '(no id)'}: ${text}`),
    ...(violations.length > 0 ? faults.map(fault => `    while it was open: ${fault}`) : []),
  ])

/** One line of a run. */
export const runLine = (result: RunResult): string => {
  const { plan, isMissed, violations } = result
  const verdict = violations > 0 ? `${violations} VIOLATIONS` : isMissed ? 'ok, the point was not reached' : 'ok'
  return `run ${String(plan.run).padEnd(5)} ${describeFault(plan.fault)}  ${verdict}`
}

/** Runs, faults, calls, violations, and how long a call took at most, by kind and in all. */
export const table = (results: readonly RunResult[]): string => {
  const rows = [...KINDS, 'all'].flatMap(kind => {
    const own = results.filter(({ plan }) => kind === 'all' || plan.fault.kind === kind)
    if (own.length === 0) return []
    const sum = (of: (result: RunResult) => number): number => own.reduce((total, one) => total + of(one), 0)
    return [
      [
        kind,
        own.length,
        sum(({ isMissed }) => Number(!isMissed)),
        sum(({ calls }) => calls.length),
        sum(({ violations }) => Number(violations > 0)),
        sum(({ violations }) => violations),
        (Math.max(...own.flatMap(({ calls }) => calls.map(({ tookMs }) => tookMs))) / 1000).toFixed(1),
      ],
    ]
  })
  const lines = [['kind', 'runs', 'faults', 'calls', 'failed runs', 'violations', 'slowest, s'], ...rows]
  return lines
    .map(cells => cells.map((cell, n) => (n === 0 ? String(cell).padEnd(10) : String(cell).padStart(12))).join(''))
    .join('\n')
}

/** Keeps a failing run: its plan, its events, and all evidence. Returns the file. */
export const keepFailure = async (folder: string, result: RunResult): Promise<string> => {
  await mkdir(folder, { recursive: true })
  const file = join(folder, `seed-${result.plan.seed}-run-${result.plan.run}.json`)
  const { plan, events, calls } = result
  const failing = calls.filter(({ violations }) => violations.length > 0)
  await writeFile(file, `${JSON.stringify({ plan, events, calls: failing }, null, 2)}\n`)
  return file
}

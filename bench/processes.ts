// Memory of processes with everything that they started, from /proc (Linux).
import { readdir, readFile } from 'node:fs/promises'

/** In bytes. RSS counts what processes share in each of them, PSS divides it among them. */
export interface Memory {
  rss: number
  pss: number
}

const parentOf = async (pid: number): Promise<number | null> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  // pid (name) state ppid …, where the name may hold anything.
  const [, parent] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  return parent === undefined ? null : Number(parent)
}

/** The process and all that descend from it, now. */
const familyOf = async (root: number): Promise<number[]> => {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger)
  const parents = new Map(await Promise.all(pids.map(async pid => [pid, await parentOf(pid)] as const)))
  const family = [root]
  for (const pid of family) family.push(...pids.filter(other => parents.get(other) === pid))
  return family
}

const memoryOfOne = async (pid: number): Promise<Memory> => {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  const bytes = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(rollup)?.[1]) * 1024
  return { rss: bytes('Rss'), pss: bytes('Pss') }
}

/** What a process and all that it started take together. Throws when the process is gone. */
export const memoryOf = async (root: number): Promise<Memory> => {
  const sum = await memoryOfOne(root)
  for (const pid of (await familyOf(root)).slice(1)) {
    const { rss, pss } = await memoryOfOne(pid).catch(() => ({ rss: 0, pss: 0 }))
    sum.rss += rss
    sum.pss += pss
  }
  return sum
}

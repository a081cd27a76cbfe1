// Memory and processor time of processes with everything that they started, from /proc (Linux).
import { readdir, readFile } from 'node:fs/promises'

/** In bytes. RSS counts what processes share in each of them, PSS divides it among them. */
export interface Memory {
  rss: number
  pss: number
}

/** The fields of /proc/<pid>/stat from the third on: the second is the name in brackets, and may hold anything. */
const statOf = async (pid: number): Promise<number[]> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
}

const parentOf = async (pid: number): Promise<number | undefined> => (await statOf(pid))[1]

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

// USER_HZ, which Linux fixes for /proc.
const TICKS_A_SECOND = 100

/** What a process, those that it has, and those that it has waited for took, in seconds. */
const cpuSecondsOf = async (root: number): Promise<number> => {
  const stats = await Promise.all((await familyOf(root)).map(statOf))
  // utime stime cutime cstime
  const ticks = stats.flatMap(stat => stat.slice(11, 15)).reduce((sum, value) => sum + value, 0)
  return ticks / TICKS_A_SECOND
}

/** The processor time that each process and this one have taken so far, in seconds; in steps of 10 ms. */
export const cpuOf = async (pids: Record<string, number>): Promise<Record<string, number>> => {
  const entries = Object.entries(pids).map(async ([name, pid]) => [name, await cpuSecondsOf(pid)] as const)
  const { user, system } = process.cpuUsage()
  return { ...Object.fromEntries(await Promise.all(entries)), 'this benchmark': (user + system) / 1e6 }
}

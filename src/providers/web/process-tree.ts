// What a process and its descendants hold in memory, by Linux's /proc. Elsewhere the tree is empty.
import { readFile, readdir } from 'node:fs/promises'

export interface ProcessMemory {
  pid: number
  /** Memory that is not a file's: what the process itself has allocated. */
  bytes: number
}

interface Status {
  pid: number
  parent: number
  bytes: number
}

const field = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)

const statusOf = async (pid: string): Promise<Status[]> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null)
  if (status === null) return []
  const kilobytes = field(status, 'RssAnon') + field(status, 'RssShmem')
  return [{ pid: Number(pid), parent: field(status, 'PPid'), bytes: kilobytes * 1024 }]
}

/** The process `root` and all its descendants. */
export const processTree = async (root: number): Promise<ProcessMemory[]> => {
  const names = await readdir('/proc').catch((): string[] => [])
  const all = (await Promise.all(names.filter(name => /^\d+$/.test(name)).map(statusOf))).flat()
  const children = Map.groupBy(all, one => one.parent)
  const tree = all.filter(one => one.pid === root)
  // The list grows while it is walked.
  for (const { pid } of tree) tree.push(...(children.get(pid) ?? []))
  return tree.map(({ pid, bytes }) => ({ pid, bytes }))
}

/** The child of this process that was started with this argument. */
export const childWithArgument = async (argument: string): Promise<number | null> => {
  for (const { pid } of await processTree(process.pid)) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (commandLine.split('\0').includes(argument)) return pid
  }
  return null
}

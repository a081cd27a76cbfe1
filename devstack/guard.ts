// Guard: a small process beside a stack that leaves no child behind when the stack's own process is gone.
// G1  Its standard input is held open by the stack's process alone, so it closes however that process ends, kill -9
//     included; nothing is polled.
// G2  Each line read is "+<pid>" for a child that was started as the leader of a process group, or "-<pid>" for one
//     that has ended. Whatever is listed when the input closes is asked to stop, and killed when it does not.
import { setTimeout as sleep } from 'node:timers/promises'

const graceMs = 5_000
const groups = new Set<number>()

/** False when no process of the group is left. */
const signal = (group: number, name: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-group, name)
  } catch {
    return false
  }
}

const read = (line: string): void => {
  const pid = Number(line.slice(1))
  if (!Number.isInteger(pid) || pid <= 1) return
  if (line.startsWith('+')) groups.add(pid)
  else groups.delete(pid)
}

const endAll = async (): Promise<void> => {
  const left = [...groups].filter(group => signal(group, 'SIGTERM'))
  const deadline = Date.now() + graceMs
  while (Date.now() < deadline && left.some(group => signal(group, 0))) await sleep(50)
  for (const group of left) signal(group, 'SIGKILL')
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {})
let rest = ''
for await (const chunk of process.stdin) {
  const lines = (rest + String(chunk)).split('\n')
  rest = lines.pop() ?? ''
  lines.forEach(read)
}
await endAll()

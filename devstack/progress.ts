// Progress: what is being done, for the person who waits. Each step is a line with its time once it is done; a step
// that takes longer than two seconds is shown while it lasts, on a terminal as one line that is rewritten, elsewhere
// (a log) as a line every ten seconds.

/** What a step says while it runs; the text replaces the one before. */
export type Say = (doing: string) => void

/** The reporter that the stack is given. `step` runs `work`, whose `done` text is printed with the time it took. */
export type Progress = {
  step: <T>(name: string, doing: string, work: (say: Say) => Promise<{ value: T; done: string }>) => Promise<T>
  note: (name: string, text: string) => void
}

type Running = { name: string; doing: string; startedAt: number }

const patienceMs = 2_000
const logEveryMs = 10_000
const seconds = (ms: number): string => (ms / 1000).toFixed(1)
const column = (name: string): string => name.padEnd(12)

/** A progress reporter that writes to `stream`. */
export const createProgress = (stream: NodeJS.WriteStream = process.stdout): Progress => {
  const running = new Set<Running>()
  const isTerminal = stream.isTTY
  let shown = false
  let loggedAt = 0
  let timer: NodeJS.Timeout | undefined

  const clear = (): void => {
    if (shown) stream.write('\r\u001B[2K')
    shown = false
  }
  const print = (name: string, text: string): void => {
    clear()
    stream.write(`${column(name)}${text}\n`)
  }
  const slow = (now: number): Running[] => [...running].filter(step => now - step.startedAt >= patienceMs)
  const text = (step: Running, now: number): string =>
    `${column(step.name)}${step.doing}, ${Math.floor((now - step.startedAt) / 1000)} s`

  const tick = (): void => {
    const now = Date.now()
    const steps = slow(now)
    if (steps.length === 0) return
    if (isTerminal) {
      clear()
      const line = steps.map(step => text(step, now)).join('  ·  ')
      stream.write(line.slice(0, (stream.columns || 80) - 1))
      shown = true
    } else if (now - loggedAt >= logEveryMs) {
      loggedAt = now
      for (const step of steps) stream.write(`${text(step, now)}\n`)
    }
  }

  const begin = (step: Running): void => {
    running.add(step)
    timer ??= setInterval(tick, isTerminal ? 250 : 1_000)
  }
  const end = (step: Running): void => {
    running.delete(step)
    clear()
    if (running.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  const step: Progress['step'] = async (name, doing, work) => {
    const current: Running = { name, doing, startedAt: Date.now() }
    begin(current)
    try {
      const { value, done } = await work(doingNow => {
        current.doing = doingNow
      })
      end(current)
      print(name, `${done.padEnd(44)} ${seconds(Date.now() - current.startedAt).padStart(7)} s`)
      return value
    } catch (error) {
      end(current)
      throw error
    }
  }
  return { step, note: print }
}

// A machine on a leg: it follows its program, hears keys, and may hand over to a person.
// M1  Its account has the words that it spoke and heard, and keys as `[pressed 12]`; tones of its own are no words.
import type { MachinePart } from '../scenarios/scenario.ts'
import { TICK_MS } from '../voice/clock.ts'
import { isVoiced } from '../voice/energy.ts'
import { createListener } from '../voice/listener.ts'
import { FRAME_SAMPLES, silence } from '../voice/mulaw.ts'
import { createKeyDecoder } from '../voice/tones.ts'
import type { Line } from './account.ts'
import { createCallee, lineOf } from './callee.ts'
import type { Callee } from './callee.ts'
import { programOf } from './programs.ts'
import type { Step } from './programs.ts'

export interface Machine extends Callee {
  /** Its greeting is over, as a detection notices it. */
  greeted: Promise<void>
}

/** Keys that follow each other within this time are one line of the account. */
const BURST_MS = 1000

export const createMachine = (part: MachinePart, hangUp: () => void): Machine => {
  const program = programOf(part)
  const greeted = Promise.withResolvers<void>()
  const ear = createListener()
  const mouth = createListener()
  const keys = createKeyDecoder()
  const ended: Line[] = []
  let person: { callee: Callee; sinceMs: number } | null = null
  let step: Step | null = null
  let stepMs = 0
  let quietMs = 0
  let nowMs = 0
  let isAwake = false

  const advance = (result: string | null): void => {
    const next = program.next(result)
    step = next.done ? null : next.value
    stepMs = 0
    if (!step) return hangUp()
    if (step.kind === 'greeted') {
      greeted.resolve()
      return advance(null)
    }
    if (step.kind !== 'connect' || part.machine !== 'menu' || !part.person) return
    person = { callee: createCallee(part.person, hangUp), sinceMs: nowMs }
    person.callee.pickUp()
  }

  const hearKey = (key: string): void => {
    const last = ended.at(-1)
    const isBurst = last?.text.startsWith('[pressed ') && nowMs - last.endMs <= BURST_MS
    if (last && isBurst) Object.assign(last, { text: `${last.text.slice(0, -1)}${key}]`, endMs: nowMs })
    else
      ended.push({ kind: 'heard', text: `[pressed ${key}]`, whole: true, atMs: nowMs - 2 * TICK_MS, endMs: nowMs })
    if (step?.kind === 'key') advance(key)
  }

  const proceed = (): void => {
    stepMs += TICK_MS
    if (step?.kind === 'play' && step.frames.length === 0) advance(null)
    else if (step?.kind === 'key' && stepMs > step.withinMs) advance(null)
    else if (step?.kind === 'listen' && quietMs >= step.quietMs) advance(null)
  }

  return {
    greeted: greeted.promise,
    pickUp: () => {
      if (!isAwake) advance(null)
      isAwake = true
    },
    tick: inbound => {
      if (person) return person.callee.tick(inbound)
      nowMs += TICK_MS
      quietMs = isVoiced(inbound) || step?.kind !== 'listen' ? 0 : quietMs + TICK_MS
      ended.push(...ear.push(inbound).ended.map(heard => lineOf('heard', heard)))
      const key = keys.push(inbound)
      if (key !== null) hearKey(key)
      if (isAwake) proceed()
      const out = (step?.kind === 'play' ? step.frames.shift() : null) ?? silence(FRAME_SAMPLES)
      ended.push(...mouth.push(out).ended.map(said => lineOf('said', said)))
      return out
    },
    lines: () =>
      [
        ...ended,
        ...mouth.open().map(said => lineOf('said', said)),
        ...ear.open().map(heard => lineOf('heard', heard)),
        ...personLines(person),
      ].sort((a, b) => a.atMs - b.atMs),
  }
}

const personLines = (person: { callee: Callee; sinceMs: number } | null): Line[] =>
  (person?.callee.lines() ?? []).map(line => ({
    ...line,
    atMs: line.atMs + (person?.sinceMs ?? 0),
    endMs: line.endMs + (person?.sinceMs ?? 0),
  }))

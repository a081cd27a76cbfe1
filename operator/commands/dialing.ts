import type { Mode } from '../../src/calls/call.ts'
import { toSecond } from '../../src/calls/present.ts'
import { messageOf } from '../../src/errors.ts'
import { Refusal } from '../command.ts'
import type { Command } from '../command.ts'
import type { Operator } from '../deps.ts'
import { timeOf } from '../show.ts'
import { modesOf } from '../values.ts'

const MODE = { mode: { takes: 'live|test', about: 'only calls of these keys; both unless told' } }

const sayStates = async (
  { dialing, say }: Operator,
  modes: readonly Mode[],
  started: Map<Mode, number>,
): Promise<void> => {
  const states = await Promise.all(modes.map(async mode => ({ mode, since: await dialing.pausedSince(mode) })))
  const countOf = (mode: Mode): string => {
    const count = started.get(mode) ?? 0
    return count === 0 ? '' : `; started of what waited: ${count}`
  }
  say(
    states
      .map(({ mode, since }) => `${mode}  ${since ? `paused since ${timeOf(since)}` : `dials${countOf(mode)}`}`)
      .join('\n'),
    states.map(({ mode, since }) => ({
      mode,
      is_paused: since !== null,
      paused_since: since && toSecond(since),
      ...(started.has(mode) && { started: started.get(mode) }),
    })),
  )
}

const pause: Command = {
  name: 'dialing pause',
  summary: 'Dial nothing from now on, in no process, until it is resumed',
  takes: {},
  options: MODE,
  about:
    'Calls are accepted as before and stay queued; they may be canceled. What has been dialled goes on. A call that was\nabout to be dialled keeps its media host, and fails if that takes some two hours.',
  read: given => {
    const modes = modesOf(given)
    return async operator => {
      for (const mode of modes) await operator.dialing.pause(mode)
      await sayStates(operator, modes, new Map())
    }
  },
}

const resume: Command = {
  name: 'dialing resume',
  summary: 'Dial again, and start at once what has waited, oldest first',
  takes: {},
  options: MODE,
  read: given => {
    const modes = modesOf(given)
    return async operator => {
      const started = new Map<Mode, number>()
      for (const mode of modes) started.set(mode, await resumeOne(operator, mode))
      await sayStates(operator, modes, started)
    }
  },
}

const resumeOne = async ({ dialing }: Operator, mode: Mode): Promise<number> => {
  try {
    return (await dialing.resume(mode)).queued
  } catch (error) {
    const message = `${messageOf(error)}\nDialing of ${mode} calls is resumed; what waits is started by the workers, within a minute of their reaching Temporal.`
    throw error instanceof Refusal ? new Refusal(message) : error
  }
}

const show: Command = {
  name: 'dialing show',
  summary: 'Show whether dialing is paused, and since when',
  takes: {},
  options: MODE,
  read: given => {
    const modes = modesOf(given)
    return operator => sayStates(operator, modes, new Map())
  },
}

export const dialingCommands = [pause, resume, show]

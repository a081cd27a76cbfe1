import { parseArgs } from 'node:util'

import type { Mode } from '../src/calls/call.ts'

export interface WorkerArguments {
  role: 'calls' | 'media'
  mode: Mode
}

export const USAGE = 'Usage: worker/main.ts --role calls|media --mode live|test\n'

/** What the worker was told to be; `null` for anything but exactly a role and a mode. */
export const parseArguments = (args: string[]): WorkerArguments | null => {
  try {
    const { values } = parseArgs({ args, options: { role: { type: 'string' }, mode: { type: 'string' } } })
    const { role, mode } = values
    if ((role !== 'calls' && role !== 'media') || (mode !== 'live' && mode !== 'test')) return null
    return { role, mode }
  } catch {
    return null
  }
}

// Executes TwiML on an answered call, document after document, until nothing is left to do.
// E1  Verbs run one after the other; each returns when it is over or its signal is aborted.
// E2  A redirect by REST ends the running verb and its document, and the new one begins.
import type { Instructions } from './call-parameters.ts'
import type { StreamNoun, Verb } from './twiml.ts'

/** What a document can do on a leg. */
export interface Stage {
  /** Aborted when the leg is over. */
  over: AbortSignal
  /** The verbs of a document; null where there is none to execute. */
  verbs: (instructions: Instructions, signal: AbortSignal) => Promise<Verb[] | null>
  say: (text: string, signal: AbortSignal) => Promise<void>
  pause: (ms: number, signal: AbortSignal) => Promise<void>
  connect: (stream: StreamNoun, signal: AbortSignal) => Promise<void>
}

export interface Execution {
  /** Resolves when the call has nothing left to do. */
  run: (first: Instructions) => Promise<void>
  redirect: (to: Instructions) => void
}

/** What a caller hears whose call cannot go on. */
export const APPLICATION_ERROR = 'We are sorry, an application error has occurred. Goodbye.'

export const createExecution = (stage: Stage): Execution => {
  let redirected: Instructions | null = null
  let document = new AbortController()
  return {
    run: async first => {
      let next: Instructions | null = redirected ?? first
      while (next && !stage.over.aborted) {
        redirected = null
        document = new AbortController()
        const following: Instructions | null = await runDocument(
          next,
          stage,
          AbortSignal.any([stage.over, document.signal]),
        )
        next = redirected ?? following
      }
    },
    redirect: to => {
      redirected = to
      document.abort()
    },
  }
}

/** Runs one document; gives the next one, or null where the call is to end. */
const runDocument = async (
  instructions: Instructions,
  stage: Stage,
  signal: AbortSignal,
): Promise<Instructions | null> => {
  const verbs = await stage.verbs(instructions, signal)
  if (!verbs) await stage.say(APPLICATION_ERROR, signal)
  for (const verb of verbs ?? []) {
    if (signal.aborted || verb.kind === 'hangup') return null
    if (verb.kind === 'redirect') return { kind: 'url', url: verb.url, method: verb.method }
    if (verb.kind === 'pause') await stage.pause(verb.seconds * 1000, signal)
    if (verb.kind === 'say')
      for (let time = 0; time < verb.times && !signal.aborted; time++) await stage.say(verb.text, signal)
    if (verb.kind === 'connect') {
      await stage.connect(verb.stream, signal)
      if (verb.action) return { kind: 'url', ...verb.action }
    }
  }
  return null
}

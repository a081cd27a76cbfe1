// One response to the default conversation: events in the documented order, audio faster than it plays.
// R1  It always ends with `response.done`, and whatever was opened is closed before, however it ends.
// R2  Times are media times: they shrink with the sandbox's speed.
import { newId } from '../../../ids.ts'
import type { Move } from '../mind/mind.ts'
import type { ResponseParams } from './client-events.ts'
import { faultOf, sendUntilFault } from './break-off.ts'
import { SESSION_MS } from './expiry.ts'
import { callFunction, sayMessage } from './output-items.ts'
import type { Output } from './output-items.ts'
import type { ActiveResponse, Session } from './session-state.ts'
import { inputTokensOf, usageOf } from './usage.ts'
import type { Tokens } from './usage.ts'

/** From the request to the first token of a response, in media time. */
export const FIRST_TOKEN_MS = 300
const RATE_LIMIT = { name: 'tokens', limit: 40_000, remaining: 39_000, reset_seconds: 1.5 }

/** Starts a response; its events follow by themselves, and `onDone` is called after the last. */
export const startResponse = (
  session: Session,
  params: ResponseParams,
  move: Move,
  onDone: () => void,
): ActiveResponse => {
  const { clock, conversation } = session
  const send = sendUntilFault(session)
  const output: Output = { responseId: newId('resp'), entries: [], conversation, send }
  const present = createPresenter(session, params, output)
  const generation = faultOf(session)?.kind === 'silent' ? sayNothing() : generate(move, output)
  let cancelTimer = (): void => undefined

  const finish = (status: 'completed' | 'cancelled', reason?: string): void => {
    send('response.done', { response: present(status, reason) })
    send('rate_limits.updated', { rate_limits: [RATE_LIMIT] })
    onDone()
  }
  const step = (): void => {
    const next = generation.next()
    if (next.done) finish('completed')
    else cancelTimer = clock.after(next.value, step)
  }
  send('response.created', { response: present('in_progress') })
  step()
  return {
    id: output.responseId,
    cancel: reason => {
      cancelTimer()
      // Runs the `finally` blocks of what is open, which close it as incomplete.
      generation.return()
      finish('cancelled', reason)
    },
  }
}

/** Yields the media milliseconds to wait before it goes on. */
const generate = function* (move: Move, output: Output): Generator<number, void> {
  yield FIRST_TOKEN_MS
  if (move.say) yield* sayMessage(output, move.say)
  if (move.call) yield* callFunction(output, move.call)
}

const sayNothing = function* (): Generator<number, void> {
  for (;;) yield SESSION_MS
}

type Present = (status: 'in_progress' | 'completed' | 'cancelled', reason?: string) => object

const createPresenter = (session: Session, params: ResponseParams, output: Output): Present => {
  const { config } = session
  const inputTokens: Tokens = inputTokensOf(session.conversation, params.instructions ?? config.instructions)
  const { format, voice } = { ...config.audio.output, ...params.audio?.output }
  return (status, reason) => {
    const isOver = status !== 'in_progress'
    return {
      object: 'realtime.response',
      id: output.responseId,
      status,
      status_details: isOver ? { type: status, ...(reason ? { reason } : {}) } : null,
      output: output.entries.map(({ wire }) => wire),
      conversation_id: session.conversationId,
      output_modalities: params.output_modalities ?? config.output_modalities,
      max_output_tokens: params.max_output_tokens ?? config.max_output_tokens,
      audio: { output: { format, voice } },
      usage: isOver ? usageOf(inputTokens, output.entries) : null,
      metadata: params.metadata ?? null,
    }
  }
}

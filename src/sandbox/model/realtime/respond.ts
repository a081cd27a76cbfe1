import { ApiRefusal, notInSandbox } from '../errors.ts'
import { decide, DO_NOT_CALL, END_CALL } from '../mind/mind.ts'
import type { Scene } from '../mind/mind.ts'
import type { ResponseParams } from './client-events.ts'
import { linesOf, notesOf, writtenOf } from './conversation.ts'
import type { Entry } from './conversation.ts'
import { startResponse } from './response.ts'
import { requirePcmu } from './session-config.ts'
import type { Session } from './session-state.ts'

/** Starts a response, asked for by the client or by the end of speech. Throws an ApiRefusal if one is active. */
export const respond = (session: Session, params: ResponseParams): void => {
  if (session.active)
    throw new ApiRefusal(
      'conversation_already_has_active_response',
      `Conversation already has an active response in progress: ${session.active.id}. Wait until the response is finished before creating a new one.`,
    )
  refuseWhatIsMissing(session, params)
  session.active = startResponse(session, params, decide(sceneFor(session, params)), () => {
    session.active = undefined
  })
}

const refuseWhatIsMissing = ({ config }: Session, params: ResponseParams): void => {
  requirePcmu(params.audio?.output?.format ?? config.audio.output.format, 'response.audio.output.format')
  if (params.conversation === 'none') throw notInSandbox('An out-of-band response', 'response.conversation')
  if (params.input) throw notInSandbox('Input for one response', 'response.input')
  if (params.output_modalities?.[0] === 'text') throw notInSandbox('Text output', 'response.output_modalities')
}

const sceneFor = ({ config, conversation }: Session, params: ResponseParams): Scene => {
  const choice = params.tool_choice ?? config.tool_choice
  const tools = choice === 'none' ? [] : (params.tools ?? config.tools)
  const forced = choice === 'required' ? tools[0]?.name : undefined
  return {
    // A response's instructions replace the session's; those that repeat them are the session's and a wish.
    instructions: params.instructions ?? config.instructions,
    directive: params.instructions?.replace(config.instructions, ''),
    notes: notesOf(conversation),
    written: writtenOf(conversation),
    lines: linesOf(conversation),
    tools,
    forcedTool: typeof choice === 'object' ? choice.name : forced,
    hasCalled: hasCalled(conversation.entries(), END_CALL),
    hasListed: hasCalled(conversation.entries(), DO_NOT_CALL),
  }
}

const hasCalled = (entries: readonly Entry[], tool: string): boolean =>
  sinceCallee(entries).some(({ wire }) => wire.type === 'function_call' && wire.name === tool)

/** What came after the callee's last words: whatever was done before them is open again. */
const sinceCallee = (entries: readonly Entry[]): readonly Entry[] =>
  entries.slice(entries.findLastIndex(({ wire }) => wire.type === 'message' && wire.role === 'user') + 1)

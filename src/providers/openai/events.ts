import type { RealtimeServerEvent, RealtimeSessionCreateRequest } from 'openai/resources/realtime/realtime'
import type { ConversationItem, RealtimeResponse } from 'openai/resources/realtime/realtime'

import type { SessionSettings } from '../../briefing/briefing.ts'
import type { ModelEvent } from '../model-session.ts'
import type { RealtimeSettings } from './realtime.ts'

type Meanings = {
  [Type in RealtimeServerEvent['type']]?: (
    event: Extract<RealtimeServerEvent, { type: Type }>,
  ) => ModelEvent | null
}

const MEANINGS: Meanings = {
  'input_audio_buffer.speech_started': event => ({
    kind: 'speech_started',
    itemId: event.item_id,
    startMs: event.audio_start_ms,
  }),
  'input_audio_buffer.speech_stopped': event => ({ kind: 'speech_stopped', itemId: event.item_id }),
  'input_audio_buffer.committed': event => placed(event.item_id, event.previous_item_id, 'callee'),
  'conversation.item.added': event =>
    event.item.id === undefined ? null : placed(event.item.id, event.previous_item_id, roleOf(event.item)),
  'conversation.item.input_audio_transcription.delta': event => ({
    kind: 'callee_text',
    itemId: event.item_id,
    delta: event.delta ?? '',
  }),
  'conversation.item.input_audio_transcription.completed': event => ({
    kind: 'callee_text_done',
    itemId: event.item_id,
    text: event.transcript,
  }),
  'conversation.item.input_audio_transcription.failed': event => ({
    kind: 'callee_text_done',
    itemId: event.item_id,
    text: null,
  }),
  'response.output_audio.delta': event => ({
    kind: 'agent_audio',
    itemId: event.item_id,
    contentIndex: event.content_index,
    payload: event.delta,
  }),
  'response.output_audio.done': event => ({ kind: 'agent_audio_done', itemId: event.item_id }),
  'response.output_audio_transcript.delta': event => ({
    kind: 'agent_text',
    itemId: event.item_id,
    delta: event.delta,
  }),
  'response.output_audio_transcript.done': event => ({
    kind: 'agent_text_done',
    itemId: event.item_id,
    text: event.transcript,
  }),
  'response.function_call_arguments.done': event => ({
    kind: 'tool_called',
    itemId: event.item_id,
    callId: event.call_id,
    name: event.name,
    arguments: event.arguments,
  }),
  'response.done': event => ({
    kind: 'response_done',
    status: statusOf(event.response),
    itemIds: idsOf(event.response),
  }),
}

type FieldType = 'string' | 'number' | 'object' | 'base64'

/** The fields that are read here, by event; what else an event carries may be as it likes. */
const FIELDS: { [Type in RealtimeServerEvent['type']]?: Record<string, FieldType> } = {
  error: { error: 'object' },
  'input_audio_buffer.speech_started': { item_id: 'string', audio_start_ms: 'number' },
  'input_audio_buffer.speech_stopped': { item_id: 'string' },
  'input_audio_buffer.committed': { item_id: 'string' },
  'conversation.item.added': { item: 'object' },
  'conversation.item.input_audio_transcription.delta': { item_id: 'string' },
  'conversation.item.input_audio_transcription.completed': { item_id: 'string', transcript: 'string' },
  'conversation.item.input_audio_transcription.failed': { item_id: 'string' },
  'response.output_audio.delta': { item_id: 'string', content_index: 'number', delta: 'base64' },
  'response.output_audio.done': { item_id: 'string' },
  'response.output_audio_transcript.delta': { item_id: 'string', delta: 'string' },
  'response.output_audio_transcript.done': { item_id: 'string', transcript: 'string' },
  'response.function_call_arguments.done': {
    item_id: 'string',
    call_id: 'string',
    name: 'string',
    arguments: 'string',
  },
  'response.done': { response: 'object' },
}

// What a piece of the agent's audio looks like as the API sends it, its id or its type first: no white space, no escapes.
const AUDIO =
  /^\{(?:"type":"response\.output_audio\.delta","event_id":"(\w+)"|"event_id":"(\w+)","type":"response\.output_audio\.delta"),"response_id":"(\w+)","item_id":"(\w+)","output_index":(0|[1-9]\d{0,8}),"content_index":(0|[1-9]\d{0,8}),"delta":"([A-Za-z0-9+/]+={0,2})"\}$/

/** A frame as the event that it is; `null`: it is none that the API's reference knows. Types that are new pass. */
export const readEvent = (frame: Buffer): RealtimeServerEvent | null =>
  audioIn(frame) ?? parseEvent(frame.toString())

const audioIn = (frame: Buffer): RealtimeServerEvent | null => {
  const found = AUDIO.exec(frame.toString('latin1'))
  if (!found) return null
  const [, first, second, response = '', item = '', output, content, delta = ''] = found
  return {
    type: 'response.output_audio.delta',
    event_id: first ?? second ?? '',
    response_id: response,
    item_id: item,
    output_index: Number(output),
    content_index: Number(content),
    delta,
  }
}

/** As `readEvent`, by `JSON.parse` alone. */
export const parseEvent = (text: string): RealtimeServerEvent | null => {
  try {
    const event: unknown = JSON.parse(text)
    return isEvent(event) ? event : null
  } catch {
    return null
  }
}

const isEvent = (event: unknown): event is RealtimeServerEvent => {
  if (typeof event !== 'object' || event === null || !('type' in event) || typeof event.type !== 'string')
    return false
  const fields = Object.hasOwn(FIELDS, event.type) ? FIELDS[event.type as RealtimeServerEvent['type']] : {}
  return Object.entries(fields ?? {}).every(([name, type]) => isOf(type, (event as Record<string, unknown>)[name]))
}

// Audio is sent on as it came, between quotes: nothing else may be in it.
const isOf = (type: FieldType, value: unknown): boolean =>
  type === 'base64'
    ? typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value)
    : typeof value === type && value !== null

/** What a server event means to a conversation; `null`: nothing. Source: OpenAI's Realtime reference (GA). */
export const modelEventOf = (event: RealtimeServerEvent): ModelEvent | null => {
  if (!Object.hasOwn(MEANINGS, event.type)) return null
  const meaning = MEANINGS[event.type] as (event: RealtimeServerEvent) => ModelEvent | null
  return meaning(event)
}

const placed = (itemId: string, previousId: string | null | undefined, role: 'agent' | 'callee' | 'other') =>
  ({ kind: 'item_placed', itemId, previousId: previousId ?? null, role }) satisfies ModelEvent

// What we put before the model in writing is in the conversation too, but nobody said it on this stream.
const roleOf = (item: ConversationItem): 'agent' | 'callee' | 'other' => {
  if (
    item.type !== 'message' ||
    item.content.some(part => part.type === 'input_text' || part.type === 'output_text')
  )
    return 'other'
  return item.role === 'assistant' ? 'agent' : item.role === 'user' ? 'callee' : 'other'
}

const statusOf = ({ status }: RealtimeResponse): 'completed' | 'canceled' | 'failed' => {
  if (status === 'cancelled') return 'canceled'
  // An incomplete response ran into a length or content limit: what was said of it was said.
  return status === 'failed' ? 'failed' : 'completed'
}

const idsOf = ({ output }: RealtimeResponse): string[] =>
  (output ?? []).flatMap(item => ('id' in item ? (item.id ?? []) : []))

/** How turns are detected; `takesTurns` is whether the model acts on them by itself. */
export const turnDetection = (takesTurns: boolean) =>
  ({ type: 'server_vad', create_response: takesTurns, interrupt_response: takesTurns }) as const

/** The session as `session.update` asks for it: telephone audio both ways, turns detected by the server. */
export const sessionOf = (settings: SessionSettings, model: RealtimeSettings): RealtimeSessionCreateRequest => ({
  type: 'realtime',
  output_modalities: ['audio'],
  instructions: settings.instructions,
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      transcription: {
        model: model.transcriptionModel,
        ...(settings.transcriptionLanguage === null ? {} : { language: settings.transcriptionLanguage }),
      },
      turn_detection: turnDetection(true),
    },
    output: { format: { type: 'audio/pcmu' }, voice: model.voice },
  },
  tools: settings.tools.map(tool => ({ type: 'function', ...tool })),
  tool_choice: 'auto',
})

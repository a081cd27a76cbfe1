// The events a client may send, as OpenAI's Realtime reference (GA) has them; everything else is refused.
import { z } from 'zod'
import {
  maxOutputTokens,
  outputFormat,
  outputModalities,
  sessionUpdate,
  tool,
  toolChoice,
  voice,
} from './session-config.ts'

const event = <T extends string, S extends z.ZodRawShape>(type: T, fields: S) =>
  z.strictObject({ type: z.literal(type), event_id: z.string().max(512).optional(), ...fields })

const itemFields = {
  id: z.string().min(1).max(32).optional(),
  object: z.literal('realtime.item').optional(),
  status: z.enum(['completed', 'incomplete', 'in_progress']).optional(),
}

const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string() })
const inputAudio = z.strictObject({
  type: z.literal('input_audio'),
  audio: z.base64(),
  transcript: z.string().nullable().optional(),
})
const outputText = z.strictObject({ type: z.literal('output_text'), text: z.string() })

const message = <R extends string, C extends z.ZodType>(role: R, content: C) =>
  z.strictObject({ type: z.literal('message'), role: z.literal(role), content: z.array(content), ...itemFields })

const newItem = z.discriminatedUnion('type', [
  z.discriminatedUnion('role', [
    message('user', z.discriminatedUnion('type', [inputText, inputAudio])),
    message('assistant', z.discriminatedUnion('type', [outputText])),
    message('system', z.discriminatedUnion('type', [inputText])),
  ]),
  z.strictObject({
    type: z.literal('function_call'),
    name: z.string(),
    arguments: z.string(),
    call_id: z.string().max(32).optional(),
    ...itemFields,
  }),
  z.strictObject({
    type: z.literal('function_call_output'),
    call_id: z.string(),
    output: z.string(),
    ...itemFields,
  }),
])

const responseParams = z.strictObject({
  instructions: z.string().optional(),
  output_modalities: outputModalities.optional(),
  audio: z
    .strictObject({
      output: z.strictObject({ format: outputFormat.optional(), voice: voice.optional() }).optional(),
    })
    .optional(),
  tools: z.array(tool).optional(),
  tool_choice: toolChoice.optional(),
  max_output_tokens: maxOutputTokens.optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullable().optional(),
  conversation: z.string().optional(),
  input: z.array(z.unknown()).optional(),
})

export const clientEvent = z.discriminatedUnion('type', [
  event('session.update', { session: sessionUpdate }),
  event('input_audio_buffer.append', { audio: z.base64() }),
  event('input_audio_buffer.commit', {}),
  event('input_audio_buffer.clear', {}),
  event('conversation.item.create', { item: newItem, previous_item_id: z.string().nullable().optional() }),
  event('conversation.item.retrieve', { item_id: z.string() }),
  event('conversation.item.truncate', {
    item_id: z.string(),
    content_index: z.number().int().min(0),
    audio_end_ms: z.number().int().min(0),
  }),
  event('conversation.item.delete', { item_id: z.string() }),
  event('response.create', { response: responseParams.optional() }),
  event('response.cancel', { response_id: z.string().optional() }),
])

export type ClientEvent = z.infer<typeof clientEvent>
export type ResponseParams = z.infer<typeof responseParams>
export type NewItem = z.infer<typeof newItem>

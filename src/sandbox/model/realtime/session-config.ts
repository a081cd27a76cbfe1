// The session's configuration as `session.update` may change it.
// Source: OpenAI's Realtime reference (GA), `RealtimeSessionCreateRequest`.
import { z } from 'zod'
import { ApiRefusal, notInSandbox } from '../errors.ts'

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24000).optional() }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcma') }),
])

const transcription = z.strictObject({
  model: z.string().min(1).optional(),
  language: z.string().min(2).optional(),
  languages: z.array(z.string()).optional(),
  prompt: z.string().optional(),
  keywords: z.array(z.string()).optional(),
  delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
})

const turnDetection = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).default(0.5),
    prefix_padding_ms: z.number().int().min(0).default(300),
    silence_duration_ms: z.number().int().min(0).default(500),
    create_response: z.boolean().default(true),
    interrupt_response: z.boolean().default(true),
    idle_timeout_ms: z.number().int().nullable().default(null),
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).optional(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
])

const noiseReduction = z.strictObject({
  type: z.enum(['near_field', 'far_field']),
  strength: z.number().min(0).max(1).optional(),
})

export const voice = z.union([
  z.enum(['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar']),
  z.strictObject({ id: z.string() }),
])

export const outputFormat = format

export const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    name: z.string().regex(/^[\w-]{1,64}$/, 'expected 1 to 64 letters, digits, underscores or dashes'),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
  }),
])

export const toolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.strictObject({ type: z.literal('function'), name: z.string() }),
])

export const maxOutputTokens = z.union([z.literal('inf'), z.number().int().min(1).max(4096)])
export const outputModalities = z.array(z.enum(['text', 'audio'])).length(1, 'expected ["audio"] or ["text"]')

/** The `session` of a `session.update`. */
export const sessionUpdate = z.strictObject({
  type: z.literal('realtime'),
  model: z.string().optional(),
  output_modalities: outputModalities.optional(),
  instructions: z.string().optional(),
  audio: z
    .strictObject({
      input: z
        .strictObject({
          format: format.optional(),
          noise_reduction: noiseReduction.nullable().optional(),
          transcription: transcription.nullable().optional(),
          turn_detection: turnDetection.nullable().optional(),
        })
        .optional(),
      output: z
        .strictObject({
          format: format.optional(),
          voice: voice.optional(),
          speed: z.number().min(0.25).max(1.5).optional(),
        })
        .optional(),
    })
    .optional(),
  tools: z.array(tool).optional(),
  tool_choice: toolChoice.optional(),
  max_output_tokens: maxOutputTokens.optional(),
  include: z.array(z.literal('item.input_audio_transcription.logprobs')).optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning: z
    .strictObject({ effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional() })
    .optional(),
  prompt: z.null('expected null: stored prompts are not supported by this sandbox').optional(),
  tracing: z
    .union([z.literal('auto'), z.record(z.string(), z.unknown())])
    .nullable()
    .optional(),
  truncation: z.union([z.enum(['auto', 'disabled']), z.record(z.string(), z.unknown())]).optional(),
})

type SessionUpdate = z.infer<typeof sessionUpdate>
type Format = z.infer<typeof format>
type ServerVad = Extract<z.infer<typeof turnDetection>, { type: 'server_vad' }>

/** The effective configuration of a session. */
export interface SessionConfig {
  model: string
  output_modalities: ('text' | 'audio')[]
  instructions: string
  audio: {
    input: {
      format: Format
      noise_reduction: z.infer<typeof noiseReduction> | null
      transcription: z.infer<typeof transcription> | null
      turn_detection: ServerVad | null
    }
    output: { format: Format; voice: z.infer<typeof voice>; speed: number }
  }
  tools: z.infer<typeof tool>[]
  tool_choice: z.infer<typeof toolChoice>
  max_output_tokens: number | 'inf'
  include: string[] | null
  prompt: null
  tracing: unknown
  truncation: unknown
}

/** What a session starts with, as `session.created` shows it. */
export const defaultConfig = (model: string): SessionConfig => ({
  model,
  output_modalities: ['audio'],
  instructions: 'You are a helpful assistant on the phone. Talk quickly and be friendly.',
  audio: {
    input: {
      format: { type: 'audio/pcm', rate: 24000 },
      noise_reduction: null,
      transcription: null,
      turn_detection: turnDetection.parse({ type: 'server_vad' }) as ServerVad,
    },
    output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'alloy', speed: 1 },
  },
  tools: [],
  tool_choice: 'auto',
  max_output_tokens: 'inf',
  include: null,
  prompt: null,
  tracing: null,
  truncation: 'auto',
})

/** The configuration after an update. Throws an ApiRefusal, with nothing applied, for what cannot be changed or done. */
export const applyUpdate = (config: SessionConfig, update: SessionUpdate, hasSpoken: boolean): SessionConfig => {
  const { type: _, audio, model, ...rest } = update
  if (model !== undefined && model !== config.model)
    throw new ApiRefusal('cannot_update_model', 'Cannot update the model of a session.', 'session.model')
  refuseWhatIsMissing(update)
  const changedVoice = audio?.output?.voice !== undefined && audio.output.voice !== config.audio.output.voice
  if (changedVoice && hasSpoken)
    throw new ApiRefusal(
      'cannot_update_voice',
      "Cannot update a conversation's voice if assistant audio is present.",
      'session.audio.output.voice',
    )
  return {
    ...config,
    ...given(rest),
    audio: {
      input: { ...config.audio.input, ...given(audio?.input ?? {}) },
      output: { ...config.audio.output, ...given(audio?.output ?? {}) },
    },
  } as SessionConfig
}

const refuseWhatIsMissing = ({ audio, output_modalities: modalities }: SessionUpdate): void => {
  const detection = audio?.input?.turn_detection
  requirePcmu(audio?.input?.format, 'session.audio.input.format')
  requirePcmu(audio?.output?.format, 'session.audio.output.format')
  if (detection?.type === 'semantic_vad')
    throw notInSandbox('semantic_vad', 'session.audio.input.turn_detection.type')
  if (detection && detection.idle_timeout_ms !== null)
    throw notInSandbox('An idle timeout', 'session.audio.input.turn_detection.idle_timeout_ms')
  if (modalities?.[0] === 'text') throw notInSandbox('Text output', 'session.output_modalities')
}

/** Throws unless the format, where one is given, is the telephone's. */
export const requirePcmu = (given: Format | undefined, param: string): void => {
  if (given && given.type !== 'audio/pcmu') throw notInSandbox(`The format '${given.type}'`, param)
}

const given = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>

import { textTokens } from '../tokens.ts'
import type { Conversation, Entry, WireItem } from './conversation.ts'

/** Tokens by what they carry. */
export interface Tokens {
  text: number
  audio: number
}

// As documented: the model hears one token in 100 ms and speaks one in 50 ms. Audio is 8 kHz µ-law here.
const HEARD_BYTES = 800
const SPOKEN_BYTES = 400

/** Tokens of the context that a response starts from. */
export const inputTokensOf = (conversation: Conversation, instructions: string): Tokens => {
  const context = conversation.entries()
  return {
    text: textTokens(instructions) + sum(context.filter(({ audio }) => audio.length === 0).map(textTokensOf)),
    audio: sum(context.map(entry => Math.ceil(bytesOf(entry) / HEARD_BYTES))),
  }
}

/** The `usage` of a response that is over. */
export const usageOf = (input: Tokens, output: readonly Entry[]): object => {
  const text = sum(output.map(textTokensOf))
  const audio = sum(output.map(entry => Math.ceil(bytesOf(entry) / SPOKEN_BYTES)))
  const inputTokens = input.text + input.audio
  return {
    total_tokens: inputTokens + text + audio,
    input_tokens: inputTokens,
    output_tokens: text + audio,
    input_token_details: {
      text_tokens: input.text,
      audio_tokens: input.audio,
      image_tokens: 0,
      cached_tokens: 0,
      cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: { text_tokens: text, audio_tokens: audio },
  }
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

const bytesOf = ({ audio }: Entry): number => sum(audio.map(piece => piece.length))

const textTokensOf = ({ wire }: Entry): number => textTokens(textOf(wire))

const textOf = (wire: WireItem): string => {
  if (wire.type === 'function_call') return wire.arguments
  if (wire.type === 'function_call_output') return wire.output
  return wire.content.map(part => ('text' in part ? part.text : (part.transcript ?? ''))).join(' ')
}

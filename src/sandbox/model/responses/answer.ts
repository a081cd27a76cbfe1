import { newId } from '../../../ids.ts'
import { assertStrictSchema, fillSchema } from '../json-schema.ts'
import type { Findings } from '../json-schema.ts'
import { parseBrief, tagged } from '../mind/brief.ts'
import { judge, parseTranscript } from '../mind/judge.ts'
import type { Line } from '../mind/judge.ts'
import { verdictIn } from '../mind/obedience.ts'
import { parseObjective } from '../mind/objective.ts'
import { textTokens } from '../tokens.ts'
import type { ResponsesRequest } from './request.ts'

/** The whole response object for a request. Throws an ApiRefusal if the schema asked for is not a strict one. */
export const answerRequest = (request: ResponsesRequest): Record<string, unknown> => {
  const prompt = promptOf(request)
  const text = textFor(request, findingsIn(request, prompt))
  const now = Math.floor(Date.now() / 1000)
  const inputTokens = textTokens(prompt)
  const outputTokens = textTokens(text)
  return {
    id: newId('resp'),
    object: 'response',
    created_at: now,
    completed_at: now,
    status: 'completed',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    model: request.model,
    output: [
      {
        id: newId('msg'),
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
      },
    ],
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: request.reasoning?.summary ?? null },
    service_tier: 'default',
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: { format: request.text?.format ?? { type: 'text' }, verbosity: request.text?.verbosity ?? 'medium' },
    tool_choice: request.tool_choice ?? 'auto',
    tools: [],
    top_p: request.top_p ?? 1,
    truncation: request.truncation ?? 'disabled',
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
    metadata: request.metadata ?? {},
  }
}

const textFor = ({ text }: ResponsesRequest, findings: Findings): string => {
  if (text?.format?.type !== 'json_schema') return findings.summary
  const { schema, name, strict } = text.format
  if (strict) assertStrictSchema(schema, name)
  return JSON.stringify(fillSchema(schema, findings))
}

const findingsIn = (request: ResponsesRequest, prompt: string): Findings => {
  const objective = parseBrief(prompt).objective ?? parseObjective('')
  const findings = judge(objective, linesOf(prompt))
  const told = verdictIn(contextOf(request))
  return told ? { ...findings, outcome: told } : findings
}

/** The conversation that a request is about. */
export const linesIn = (request: ResponsesRequest): Line[] => linesOf(promptOf(request))

const linesOf = (prompt: string): Line[] => parseTranscript(tagged(prompt, 'transcript') ?? prompt)

const contextOf = ({ instructions, input }: ResponsesRequest) => {
  const messages = typeof input === 'string' ? [{ role: 'user', content: input }] : input
  const isNote = (role: string): boolean => role === 'system' || role === 'developer'
  return {
    instructions: instructions ?? '',
    notes: messages.filter(({ role }) => isNote(role)).map(({ content }) => contentText(content)),
    written: messages.filter(({ role }) => !isNote(role)).map(({ content }) => contentText(content)),
    lines: [],
  }
}

const promptOf = ({ instructions, input }: ResponsesRequest): string => {
  const texts = typeof input === 'string' ? [input] : input.map(({ content }) => contentText(content))
  return [instructions ?? '', ...texts].join('\n\n')
}

const contentText = (content: string | { text: string }[]): string =>
  typeof content === 'string' ? content : content.map(part => part.text).join('\n')

import OpenAI from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import { z } from 'zod'

import { buildAnalysis } from '../../briefing/analysis.ts'
import type { Prompts } from '../../briefing/prompts.ts'
import { OUTCOMES } from '../../calls/call.ts'
import type { Analysis, AnalysisRequest, Analyst } from '../ports.ts'

const REQUEST_MS = 60_000

// Strict schemas know no optional fields.
const analysisSchema = z.object({
  outcome: z
    .enum(OUTCOMES)
    .describe(
      'achieved: all that was asked for. partial: some of it, or something else instead. not_achieved: nothing.',
    ),
  outcome_details: z.string().describe('One or two sentences: what was agreed or found out, or why it was not.'),
  summary: z.string().describe('Two to four sentences: how the call went.'),
})

export interface AnalystSettings {
  apiKey: string
  baseUrl: string
  model: string
  prompts: Prompts
}

/** The model will never answer this request, however often it is asked. The workflow knows the error by its name. */
class AnalysisRefused extends Error {
  override readonly name = 'AnalysisRefused'
}

// A missing key, a wrong one and a model that is not there can be mended in the hour in which it is tried.
const REFUSALS = new Set<unknown>([400, 413, 422])

const isRefusal = (error: unknown): error is InstanceType<typeof OpenAI.APIError> =>
  error instanceof OpenAI.APIError && REFUSALS.has(error.status)

/** Judges conversations by OpenAI's Responses API with structured output. */
export const createAnalyst = ({ apiKey, baseUrl, model, prompts }: AnalystSettings): Analyst => {
  // The activity that calls this is retried by the engine.
  const client = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0, timeout: REQUEST_MS })

  return {
    analyse: async (request: AnalysisRequest, signal: AbortSignal): Promise<Analysis> => {
      const { instructions, input } = buildAnalysis(prompts, request)
      const asked = {
        model,
        instructions,
        input: [{ role: 'user' as const, content: input }],
        text: { format: zodTextFormat(analysisSchema, 'call_analysis') },
      }
      const response = await client.responses.parse(asked, { signal }).catch((error: unknown) => {
        throw isRefusal(error) ? new AnalysisRefused(error.message) : error
      })
      const parsed = response.output_parsed
      if (!parsed) throw new Error(`the model gave no analysis (status ${response.status ?? 'unknown'})`)
      return { outcome: parsed.outcome, outcomeDetails: parsed.outcome_details, summary: parsed.summary }
    },
  }
}

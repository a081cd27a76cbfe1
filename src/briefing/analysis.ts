// Analysis: what the judge of a finished call is told. The transcript is data, as in the briefing.

import { spokenLine, tagged, taggedLine } from './data.ts'
import { writeSections } from './prompts.ts'
import type { Prompts } from './prompts.ts'

const OBJECTIVE_CHARACTERS = 8_000
const NAME_CHARACTERS = 400
// Half an hour of quick talk; what came last decides, so what came first is left out.
const TRANSCRIPT_CHARACTERS = 60_000

/** What is judged. */
export interface AnalysisInput {
  objective: string
  businessName: string | null
  /** One line a turn, `Agent: …` / `Callee: …`. */
  transcript: string
}

/** The instructions and the data of one analysis, kept apart. */
export const buildAnalysis = (
  prompts: Prompts,
  { objective, businessName, transcript }: AnalysisInput,
): { instructions: string; input: string } => ({
  instructions: writeSections(
    prompts.analysis,
    () => false,
    slot => slot,
  ),
  input: [
    tagged('objective', objective, OBJECTIVE_CHARACTERS),
    ...(businessName ? [taggedLine('business_name', businessName, NAME_CHARACTERS)] : []),
    `<transcript>\n${lastOf(transcript)}\n</transcript>`,
  ].join('\n'),
})

const lastOf = (transcript: string): string => {
  const lines = transcript.split('\n').map(spokenLine)
  let left = TRANSCRIPT_CHARACTERS
  const first = lines.findLastIndex(line => (left -= line.length + 1) < 0) + 1
  return [...(first > 0 ? ['[the beginning is left out]'] : []), ...lines.slice(first)].join('\n')
}

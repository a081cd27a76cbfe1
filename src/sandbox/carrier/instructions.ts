// Getting a TwiML document: fetched and signed, or given with the request.
import type { Instructions } from './call-parameters.ts'
import type { WarningCode } from './errors.ts'
import type { Answer } from './outbound.ts'
import { parseTwiml } from './twiml.ts'
import type { Verb } from './twiml.ts'

export interface InstructionsDeps {
  request: (instructions: Instructions & { kind: 'url' }, extra: Record<string, string>) => Promise<Answer>
  fallback: (Instructions & { kind: 'url' }) | null
  warn: (code: WarningCode, detail: string) => void
}

const MARKUP = new Set(['text/xml', 'application/xml', 'text/html'])

/** The verbs of a document, or null where there is none to execute; what was wrong is warned of. */
export const getVerbs = async (instructions: Instructions, deps: InstructionsDeps): Promise<Verb[] | null> => {
  if (instructions.kind === 'twiml') return verbsOf(instructions.text, null, deps)
  const problem = { code: 0 }
  const warn: InstructionsDeps['warn'] = (code, detail) => {
    problem.code ||= code
    deps.warn(code, detail)
  }
  const verbs = await fetchVerbs(instructions, {}, { ...deps, warn })
  if (verbs || !deps.fallback) return verbs
  return fetchVerbs(deps.fallback, { ErrorCode: String(problem.code), ErrorUrl: instructions.url }, deps)
}

const fetchVerbs = async (
  instructions: Instructions & { kind: 'url' },
  extra: Record<string, string>,
  deps: InstructionsDeps,
): Promise<Verb[] | null> => {
  const { answered, contentType, body, url } = await deps.request(instructions, extra)
  if (answered === null || answered < 200 || answered > 299) {
    deps.warn(11200, answered === null ? 'no answer' : `HTTP status ${answered}`)
    return null
  }
  if (contentType === 'text/plain') return [{ kind: 'say', text: body, times: 1 }]
  if (MARKUP.has(contentType)) return verbsOf(body, url, deps)
  deps.warn(12300, `'${contentType}'`)
  return null
}

const verbsOf = (xml: string, base: string | null, deps: InstructionsDeps): Verb[] | null => {
  const twiml = parseTwiml(xml, base)
  if (twiml.kind === 'error') {
    deps.warn(twiml.code, twiml.detail)
    return null
  }
  for (const { code, detail } of twiml.warnings) deps.warn(code, detail)
  return twiml.verbs
}

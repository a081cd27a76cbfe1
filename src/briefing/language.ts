// Languages as clients name them: an English name (`spanish`) or a BCP-47 tag (`fr-CA`).

/** The languages that can be transcribed, ISO 639-1. Source: OpenAI, "Speech to text – Supported languages". */
const CODES = [
  'af ar hy az be bs bg ca zh hr cs da nl en et fi fr gl de el he hi hu is id it ja kn kk',
  'ko lv lt mk ms mr mi ne no fa pl pt ro ru sr sk sl es sw sv tl ta th tr uk ur vi cy',
].flatMap(line => line.split(' '))

const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })

const CODE_BY_NAME = new Map([
  ...CODES.map(code => [(names.of(code) ?? code).toLowerCase(), code] as const),
  ['mandarin', 'zh'] as const,
  ['tagalog', 'tl'] as const,
])

export interface Language {
  /** As the agent is told, in English. */
  name: string
  /** ISO 639-1, for the transcription; `null` for a language that is not known here. */
  code: string | null
}

/** Understands a client's language; English for none. An unknown one keeps its own words. */
export const parseLanguage = (given: string | null): Language => {
  if (given === null) return { name: 'English', code: 'en' }
  const byName = CODE_BY_NAME.get(given.toLowerCase())
  if (byName) return { name: nameOf(byName) ?? given, code: byName }
  const primary = given.toLowerCase().split(/[-_]/, 1)[0] ?? ''
  if (!CODES.includes(primary)) return { name: given, code: null }
  return { name: nameOf(given.replaceAll('_', '-')) ?? nameOf(primary) ?? given, code: primary }
}

const nameOf = (tag: string): string | undefined => {
  try {
    return names.of(tag)
  } catch {
    return undefined
  }
}

// The turns of a call against the callee's own account of what it said and heard.
// W1  What the callee said is there, word for word and in order.
// W2  What the agent said is there as it was heard: whole, or, where it was interrupted, a prefix of what was heard, cut
//     at a word, behind it by no more than one piece of the model's audio and what is on the wire. Less than a word
//     that was heard may be no turn at all.
// W3  Two sentences of the callee with hardly a pause between them may be one turn.
// W4  The order is that of the account; which of two that spoke at the same time comes first is not told by it.
import type { Line } from '../../src/sandbox/callee/account.ts'
import { CHARACTERS_PER_SECOND } from '../../src/sandbox/voice/speech.ts'
import type { WireTurn } from './turns.ts'

/** The longest piece in which the model sends its audio, and 200 ms for what is on the wire. */
const BEHIND_MS = 300 + 200
const BEHIND_CHARACTERS = Math.ceil((BEHIND_MS * CHARACTERS_PER_SECOND) / 1000)

/** The silence after which the model takes a turn as over. */
const PAUSE_MS = 500

/** What is not as the callee has it, a sentence each. */
export const turnDifferences = (turns: readonly WireTurn[], lines: readonly Line[]): string[] => {
  const found: string[] = []
  const lineOf = new Map<WireTurn, Line>()
  for (const role of ['callee', 'agent'] as const) {
    const own = turns.filter(turn => turn.role === role)
    const account = lines.filter(line => line.kind === KIND[role] && line.text !== '')
    const pairs = align(own, account) ?? align(own, withoutPauses(account))
    for (const [turn, line] of pairs ?? []) lineOf.set(turn, line)
    if (!pairs)
      found.push(`the ${role}'s turns are ${textsOf(own)}, but the callee ${KIND[role]} ${textsOf(account)}`)
  }
  const inOrder = isInOrder(turns.flatMap(turn => lineOf.get(turn) ?? []))
  return inOrder ? found : [...found, 'the turns are not in the order in which they were spoken']
}

/** Sentences between which a listener would not take the word. */
const withoutPauses = (account: readonly Line[]): Line[] =>
  account.reduce<Line[]>((joined, line) => {
    const last = joined.at(-1)
    if (last?.kind !== 'said' || line.atMs - last.endMs >= PAUSE_MS) return [...joined, line]
    return [...joined.slice(0, -1), { ...line, atMs: last.atMs, text: `${last.text} ${line.text}` }]
  }, [])

/** Each turn with its line of the account, both in order; `null` if they do not fit together. */
const align = ([turn, ...turns]: readonly WireTurn[], [line, ...lines]: readonly Line[]): Pair[] | null => {
  if (!turn) return [line, ...lines].every(one => !one || mayBeNoTurn(one)) ? [] : null
  if (!line) return null
  const following = agrees(turn, line) ? align(turns, lines) : null
  if (following) return [[turn, line], ...following]
  return mayBeNoTurn(line) ? align([turn, ...turns], lines) : null
}

type Pair = [WireTurn, Line]

const KIND = { agent: 'heard', callee: 'said' } as const

const agrees = ({ role, text, interrupted }: WireTurn, line: Line): boolean =>
  role === 'agent' && interrupted ? isHeardPart(text, line.text) : text === line.text

/** Whether somebody who heard `heard`, and was then cut off, may be said to have heard `text` (W2). */
export const isHeardPart = (text: string, heard: string): boolean => {
  const rest = heard.slice(text.length)
  if (!heard.startsWith(text) || /^\S/.test(text === '' ? '' : rest)) return false
  const nextWord = /^\s*\S+(?=\s)/.exec(rest)?.[0].length ?? Number.POSITIVE_INFINITY
  return nextWord > rest.length - BEHIND_CHARACTERS
}

const mayBeNoTurn = (line: Line): boolean => line.kind === 'heard' && !line.whole && isHeardPart('', line.text)

const isInOrder = (lines: readonly Line[]): boolean =>
  lines.every((line, n) => {
    const next = lines[n + 1]
    return !next || line.atMs <= next.atMs || line.atMs < next.endMs
  })

const textsOf = (spoken: readonly { text: string }[]): string => JSON.stringify(spoken.map(({ text }) => text))

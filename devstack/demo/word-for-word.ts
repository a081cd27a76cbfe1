// The turns of a call against the callee's own account of what it said and heard.
// W1  What the callee said is there, word for word and in order.
// W2  What the agent said is there as it was heard: whole, or, where it was interrupted, a prefix of what was heard, cut
//     at a word, behind it by no more than one piece of the model's audio and what is on the wire. Less than a word
//     that was heard may be no turn at all.
// W3  The order is that of the account; which of two that spoke at the same time comes first is not told by it.
import type { Line } from '../../src/sandbox/callee/account.ts'
import { CHARACTERS_PER_SECOND } from '../../src/sandbox/voice/speech.ts'
import type { WireTurn } from './turns.ts'

/** The longest piece in which the model sends its audio, and 200 ms for what is on the wire. */
const BEHIND_MS = 300 + 200
const BEHIND_CHARACTERS = Math.ceil((BEHIND_MS * CHARACTERS_PER_SECOND) / 1000)

/** What is not as the callee has it, a sentence each. */
export const turnDifferences = (turns: readonly WireTurn[], lines: readonly Line[]): string[] => {
  const found: string[] = []
  const left = lines.filter(line => line.text !== '')
  const paired: Line[] = []
  for (const turn of turns) {
    const candidates = left.filter(line => line.kind === KIND[turn.role])
    const line = candidates.find(one => agrees(turn, one))
    const missed = line ? candidates.slice(0, candidates.indexOf(line)).filter(one => !mayBeNoTurn(one)) : []
    if (line && missed.length === 0) paired.push(...left.splice(left.indexOf(line), 1))
    else found.push(`the ${turn.role} did not say ${quote(turn)} at that point`)
  }
  for (const line of left) if (!mayBeNoTurn(line)) found.push(`no turn says what was ${line.kind}: ${quote(line)}`)
  if (!isInOrder(paired)) found.push('the turns are not in the order in which they were spoken')
  return found
}

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

const quote = ({ text }: { text: string }): string => JSON.stringify(text)

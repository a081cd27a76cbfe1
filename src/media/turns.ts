// Turns: who said what, in the order of the conversation's items, however late and mixed up the words arrive.
// T1  The order is that of the items (`previousId`, else the order in which they appeared), never of the words.
// T2  A turn's number is its place; when an item comes in between, the later ones are written again under new numbers.
// T3  An agent's turn says what was heard: all of it once its audio was heard, else a prefix that ends with a word. While
//     audio is still being made its last word may lack its end, and does not count.
// T4  A final turn keeps its words; only what another session hears again is written anew.

import type { Turn } from '../calls/call.ts'
import type { StoredTurn } from '../conversations/conversation.ts'
import type { Progress } from './playback.ts'

type Role = Turn['role']

interface Item {
  id: string
  role: Role | 'other'
  /** Its place is known from the model; until then it stands at the end. */
  isPlaced: boolean
  text: string
  isTextDone: boolean
  /** Another session hears it again: the next words replace those that are there. */
  isHeardAgain: boolean
  atMs: number | null
  /** Its session broke off while it was being said: it has no end. */
  isBroken: boolean
  /** Its session is over. */
  isPast: boolean
  /** Nothing more will be heard of it. */
  isOver: boolean
}

/** Keys as a turn says them; pauses between them are left out. */
export const pressed = (keys: string): string => `[pressed ${keys.replaceAll('w', '')}]`

/** A turn to store under its number. */
export interface TurnWrite {
  index: number
  turn: StoredTurn
}

const NEW_ITEM = {
  isPlaced: false,
  text: '',
  isTextDone: false,
  isHeardAgain: false,
  atMs: null,
  isBroken: false,
  isPast: false,
  isOver: false,
}

export type Turns = ReturnType<typeof createTurns>

/** The turns of one generation; `baseIndex` is the number of its first. `progressOf` tells what was heard of an item. */
export const createTurns = (baseIndex: number, progressOf: (itemId: string) => Progress | null) => {
  const order: Item[] = []
  const byId = new Map<string, Item>()
  const written = new Map<number, StoredTurn>()

  const itemOf = (id: string, role: Item['role']): Item => {
    const known = byId.get(id)
    if (known) return known
    const item: Item = { id, role, ...NEW_ITEM }
    byId.set(id, item)
    order.push(item)
    return item
  }

  /** Nothing comes in between the items of a session that is over. */
  const placeAfter = (previous: Item): number => {
    const next = order.findIndex((item, at) => at > order.indexOf(previous) && !item.isPast)
    return next === -1 ? order.length : next
  }

  const turnOf = (item: Item): StoredTurn =>
    item.role === 'callee' ? calleeTurn(item) : agentTurn(item, progressOf(item.id))

  const turns = (): StoredTurn[] => order.filter(item => item.role !== 'other').map(turnOf)

  return {
    /** An item took its place; only the first word on it counts. */
    place: (id: string, previousId: string | null, role: Item['role']): void => {
      const item = itemOf(id, role)
      const previous = previousId === null ? undefined : byId.get(previousId)
      if (item.isPlaced || previous === item) return
      item.isPlaced = true
      order.splice(order.indexOf(item), 1)
      order.splice(previous ? placeAfter(previous) : order.length, 0, item)
    },

    /** Somebody began to speak, at that media time. */
    begin: (id: string, role: Role, atMs: number): void => {
      itemOf(id, role).atMs ??= Math.max(0, Math.round(atMs))
    },

    addText: (id: string, role: Role, delta: string): void => {
      const item = itemOf(id, role)
      if (item.isTextDone) return
      item.text = item.isHeardAgain ? delta : item.text + delta
      item.isHeardAgain = false
    },

    /** All the words of an item; `null` keeps those that came. */
    finishText: (id: string, role: Role, text: string | null): void => {
      const item = itemOf(id, role)
      if (item.isTextDone) return
      item.text = text ?? item.text
      item.isTextDone = true
      item.isHeardAgain = false
    },

    /** Keys were pressed, which is a turn too, whatever its item was taken for. */
    press: (id: string, role: Role, keys: string): void => {
      const item = itemOf(id, role)
      item.role = role
      item.text = pressed(keys)
      item.isTextDone = true
    },

    /** The session broke off: what was being said has no end, and the callee's last words no more transcript. */
    breakOff: (): void => {
      for (const item of order) {
        item.isPast = true
        if (item.isTextDone && progressOf(item.id)?.isDone !== false) continue
        item.isTextDone = true
        item.isBroken = true
      }
    },

    /** What broke off as `lostId` is heard again as `id`, and keeps its place. */
    hearAgain: (lostId: string, id: string): void => {
      const item = byId.get(lostId)
      if (!item?.isBroken || byId.has(id)) return
      byId.set(id, item)
      item.isBroken = false
      item.isTextDone = false
      item.isHeardAgain = true
    },

    /** The conversation is over: every turn stays as it is now. */
    end: (): void => {
      for (const item of order) item.isOver = true
    },

    /** Whether words of the callee's are still awaited. */
    isAwaitingCallee: (): boolean => order.some(item => item.role === 'callee' && !item.isTextDone),

    /** What changed since this was asked last; turns without words are not written. */
    takeWrites: (): TurnWrite[] =>
      turns().flatMap((turn, place) => {
        const before = written.get(place)
        if (before ? isSameTurn(before, turn) : turn.text === '') return []
        written.set(place, turn)
        return [{ index: baseIndex + place, turn }]
      }),

    /** The conversation so far, for a session that takes over; what is on its way to the callee counts as heard. */
    spoken: (): StoredTurn[] =>
      order
        .filter(item => item.role !== 'other')
        .map(item => (item.role === 'callee' ? calleeTurn(item) : agentTurn(item, arrived(progressOf(item.id)))))
        .filter(turn => turn.text !== ''),
  }
}

const calleeTurn = (item: Item): StoredTurn => ({
  role: 'callee',
  text: item.text.trim(),
  atMs: item.atMs ?? 0,
  interrupted: item.isBroken || (item.isOver && !item.isTextDone),
  final: item.isTextDone || item.isOver,
})

const arrived = (progress: Progress | null): Progress | null =>
  progress && !progress.isCut ? { ...progress, heardMs: progress.sentMs, isHeard: progress.isDone } : progress

const agentTurn = (item: Item, progress: Progress | null): StoredTurn => {
  const isWhole = item.isTextDone && !item.isBroken && progress?.isHeard === true
  const isCut = progress?.isCut === true
  const isSettled = item.isTextDone && progress?.isDone === true && (isCut || progress.isHeard)
  const spoken = progress?.isComplete ? item.text : item.text.replace(UNFINISHED_WORD, '')
  return {
    role: 'agent',
    text: isWhole ? item.text.trim() : heardText(spoken, progress?.heardMs ?? 0, progress?.generatedMs ?? 0),
    atMs: item.atMs ?? 0,
    interrupted: !isWhole && (item.isBroken || isCut || item.isOver),
    final: isSettled || item.isOver,
    ...(isCut && { cut: true }),
  }
}

// Scripts that are written without spaces: a cut may stand after any of their characters.
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u

const UNFINISHED_WORD =
  /[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]+$/u

/** The words of a text that were spoken in the first `heardMs` of its `totalMs`, cut at the end of a word. */
export const heardText = (text: string, heardMs: number, totalMs: number): string => {
  if (totalMs <= 0 || heardMs <= 0) return ''
  const points = Array.from(text)
  const heard = Math.floor(points.length * Math.min(1, heardMs / totalMs))
  for (let end = heard; end > 0; end--) {
    const isWordEnd = end === points.length || /\s/.test(points[end] ?? '') || UNSPACED.test(points[end - 1] ?? '')
    if (isWordEnd) return points.slice(0, end).join('').trim()
  }
  return ''
}

const isSameTurn = (a: StoredTurn, b: StoredTurn): boolean =>
  a.role === b.role &&
  a.text === b.text &&
  a.atMs === b.atMs &&
  a.interrupted === b.interrupted &&
  a.final === b.final &&
  a.cut === b.cut

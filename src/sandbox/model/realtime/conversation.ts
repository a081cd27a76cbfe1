// The default conversation of a session: its items in order, as the wire shows them and as the model knows them.
// I1  The wire shows transcripts; the model knows the audio. A truncated item shows no transcript any more, and the
//     model knows only the words in the audio that is left.
import { newId } from '../../../ids.ts'
import { ApiRefusal } from '../errors.ts'
import type { Line } from '../mind/judge.ts'
import { pressedKeys } from '../mind/machines.ts'
import type { NewItem } from './client-events.ts'
import { hearAll } from './hearing.ts'
import { concat } from './input-audio.ts'

export type Status = 'completed' | 'incomplete' | 'in_progress'

type Content =
  | { type: 'input_text' | 'output_text'; text: string }
  | { type: 'input_audio'; transcript: string | null }
  | { type: 'output_audio'; transcript?: string }

/** An item as the wire shows it. */
export type WireItem = { id: string; object: 'realtime.item'; status: Status } & (
  | { type: 'message'; role: 'user' | 'assistant' | 'system'; content: Content[] }
  | { type: 'function_call'; name: string; arguments: string; call_id: string }
  | { type: 'function_call_output'; call_id: string; output: string }
)

/** One item: what the wire shows, and the audio behind it. */
export interface Entry {
  wire: WireItem
  audio: Uint8Array[]
  /** The words of the audio, where it came from outside. */
  heard: string | undefined
  truncated: boolean
}

export interface Conversation {
  /** Appends an item, or inserts it after another (`root`: before all). */
  add: (wire: WireItem, from?: { audio?: Uint8Array; heard?: string; after?: string | null | undefined }) => Entry
  /** Throws an ApiRefusal with that code if there is no such item. */
  find: (id: string, code: string) => Entry
  has: (id: string) => boolean
  remove: (entry: Entry) => void
  previousIdOf: (entry: Entry | undefined) => string | null
  entries: () => readonly Entry[]
}

/** An empty conversation. */
export const createConversation = (): Conversation => {
  const entries: Entry[] = []
  const indexOf = (id: string): number => entries.findIndex(({ wire }) => wire.id === id)
  const placeAfter = (after: string | null | undefined): number => {
    if (after === undefined || after === null) return entries.length
    if (after === 'root') return 0
    const at = indexOf(after)
    if (at === -1)
      throw new ApiRefusal(
        'previous_item_not_found',
        `The previous item with id '${after}' does not exist.`,
        'previous_item_id',
      )
    return at + 1
  }
  return {
    add: (wire, { audio, heard, after } = {}) => {
      const entry: Entry = { wire, audio: audio ? [audio] : [], heard, truncated: false }
      entries.splice(placeAfter(after), 0, entry)
      return entry
    },
    find: (id, code) => {
      const entry = entries[indexOf(id)]
      if (entry) return entry
      throw new ApiRefusal(code, `The item with id '${id}' does not exist.`, 'item_id')
    },
    has: id => indexOf(id) !== -1,
    remove: entry => {
      entries.splice(entries.indexOf(entry), 1)
    },
    previousIdOf: entry => (entry ? entries[entries.indexOf(entry) - 1] : entries.at(-1))?.wire.id ?? null,
    entries: () => entries,
  }
}

/** The item that a client asks to create, complete. Throws an ApiRefusal if it does not fit the conversation. */
export const wireItemFrom = (item: NewItem, conversation: Conversation): WireItem => {
  if (item.id !== undefined && conversation.has(item.id))
    throw new ApiRefusal(
      'item_create_duplicate_item_id',
      `The item with id '${item.id}' exists already.`,
      'item.id',
    )
  const base = { id: item.id ?? newId('item'), object: 'realtime.item', status: 'completed' } as const
  if (item.type === 'function_call') return { ...item, ...base, call_id: item.call_id ?? newId('call') }
  if (item.type === 'message') return { ...item, ...base, content: item.content.map(part => withoutAudio(part)) }
  const isKnown = conversation
    .entries()
    .some(({ wire }) => wire.type === 'function_call' && wire.call_id === item.call_id)
  if (isKnown) return { ...item, ...base }
  throw new ApiRefusal(
    'invalid_tool_call_id',
    `Tool call ID '${item.call_id}' not found in conversation.`,
    'item.call_id',
  )
}

type NewContent = Extract<NewItem, { type: 'message' }>['content'][number]

const withoutAudio = (part: NewContent): Content =>
  part.type === 'input_audio' ? { type: 'input_audio', transcript: part.transcript ?? null } : part

/** Cuts an assistant's audio message at `endMs`. Throws an ApiRefusal if it is none, or not that long. */
export const truncate = (entry: Entry, contentIndex: number, endMs: number): void => {
  const { wire } = entry
  const part = wire.type === 'message' && wire.role === 'assistant' ? wire.content[contentIndex] : undefined
  if (part?.type !== 'output_audio')
    throw new ApiRefusal('invalid_value', 'Only model output audio messages can be truncated.', 'item_id')
  const audio = concat(entry.audio)
  const lengthMs = Math.floor(audio.length / 8)
  if (endMs > lengthMs)
    throw new ApiRefusal(
      'invalid_value',
      `Audio content of ${lengthMs}ms is already shorter than ${endMs}ms.`,
      'audio_end_ms',
    )
  entry.audio = [audio.subarray(0, endMs * 8)]
  entry.truncated = true
  delete part.transcript
}

/** The item with its audio, base64, as `conversation.item.retrieved` shows it. */
export const withAudio = ({ wire, audio }: Entry): unknown => {
  if (wire.type !== 'message') return wire
  const encoded = Buffer.from(concat(audio)).toString('base64')
  const content = wire.content.map(part =>
    'transcript' in part || part.type === 'output_audio' ? { ...part, audio: encoded } : part,
  )
  return { ...wire, content }
}

/** What was said on the phone so far, as the model knows it. */
export const linesOf = (conversation: Conversation): Line[] =>
  conversation.entries().flatMap(entry => lineOf(entry, conversation) ?? [])

const lineOf = (entry: Entry, conversation: Conversation): Line | undefined => {
  const { wire } = entry
  if (wire.type === 'function_call') return pressedKeys(wire, outputOf(wire.call_id, conversation))
  if (wire.type !== 'message' || wire.role === 'system') return undefined
  const speaker = wire.role === 'assistant' ? 'agent' : 'callee'
  if (entry.audio.length > 0) return { speaker, text: (entry.heard ?? hearAll(concat(entry.audio))).trim() }
  const text = textOf(wire)
  return isHandedOver(text) ? undefined : { speaker, text }
}

/** Whether something was said before this session, which knows it in writing. */
export const isContinued = (conversation: Conversation): boolean =>
  conversation
    .entries()
    .some(
      ({ wire, audio }) =>
        wire.type === 'message' && wire.role !== 'system' && audio.length === 0 && saysSomething(textOf(wire)),
    )

const saysSomething = (text: string): boolean => text !== '' && !isHandedOver(text)

const outputOf = (callId: string, conversation: Conversation): string =>
  conversation
    .entries()
    .map(({ wire }) => (wire.type === 'function_call_output' && wire.call_id === callId ? wire.output : ''))
    .join('')

/** Text with markup is context handed over in the conversation, such as a website; nobody said it. */
const isHandedOver = (text: string): boolean => /<[a-z_]+[^>]*>/i.test(text)

/** What the system role noted. */
export const notesOf = (conversation: Conversation): string[] => textsOf(conversation, 'system')

/** What users handed over in writing. */
export const writtenOf = (conversation: Conversation): string[] =>
  textsOf(conversation, 'user').filter(isHandedOver)

const textsOf = (conversation: Conversation, role: 'system' | 'user'): string[] =>
  conversation
    .entries()
    .flatMap(({ wire }) => (wire.type === 'message' && wire.role === role ? [textOf(wire)] : []))

const textOf = (wire: Extract<WireItem, { type: 'message' }>): string =>
  wire.content.map(part => ('text' in part ? part.text : '')).join(' ')

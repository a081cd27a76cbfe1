// The items of one response, event by event. Each generator yields the media milliseconds to wait; when it is
// returned from early, what it opened is closed as incomplete.
import { newId } from '../../../ids.ts'
import type { Conversation, Entry, Status, WireItem } from './conversation.ts'
import { deltasOf } from './output-audio.ts'
import type { Send } from './session-state.ts'

/** Where a response's items go. */
export interface Output {
  responseId: string
  entries: Entry[]
  conversation: Conversation
  send: Send
}

/** How much faster than it plays audio is made. */
const GENERATION_SPEED = 6
const ARGUMENTS_DELTA_MS = 20
const ARGUMENTS_PIECES = /[\s\S]{1,24}/g

/** An assistant message that speaks the text. */
export const sayMessage = function* (output: Output, say: string): Generator<number, void> {
  const { send } = output
  const part = { type: 'output_audio' as const, transcript: '' }
  const content: (typeof part)[] = []
  const item = open(output, { ...newItem(), type: 'message', role: 'assistant', content })
  const at = { ...item.at, item_id: item.entry.wire.id, content_index: 0 }
  send('response.content_part.added', { ...at, part: { type: 'audio', transcript: '' } })
  content.push(part)
  let transcript = ''
  let status: Status = 'incomplete'
  try {
    for (const delta of deltasOf(say)) {
      transcript += delta.text
      if (!item.entry.truncated) {
        part.transcript = transcript
        item.entry.audio.push(delta.audio)
      }
      if (delta.text) send('response.output_audio_transcript.delta', { ...at, delta: delta.text })
      send('response.output_audio.delta', { ...at, delta: Buffer.from(delta.audio).toString('base64') })
      yield delta.audio.length / 8 / GENERATION_SPEED
    }
    status = 'completed'
  } finally {
    send('response.output_audio.done', at)
    send('response.output_audio_transcript.done', { ...at, transcript })
    send('response.content_part.done', { ...at, part: { type: 'audio', transcript } })
    close(output, item, status)
  }
}

/** A function call with its arguments. */
export const callFunction = function* (
  output: Output,
  call: { name: string; arguments: string },
): Generator<number, void> {
  const { send } = output
  const wire = {
    ...newItem(),
    type: 'function_call' as const,
    name: call.name,
    call_id: newId('call'),
    arguments: '',
  }
  const item = open(output, wire)
  const at = { ...item.at, item_id: wire.id, call_id: wire.call_id }
  let status: Status = 'incomplete'
  try {
    for (const delta of call.arguments.match(ARGUMENTS_PIECES) ?? []) {
      wire.arguments += delta
      send('response.function_call_arguments.delta', { ...at, delta })
      yield ARGUMENTS_DELTA_MS
    }
    status = 'completed'
  } finally {
    send('response.function_call_arguments.done', { ...at, name: wire.name, arguments: wire.arguments })
    close(output, item, status)
  }
}

interface OpenItem {
  entry: Entry
  at: { response_id: string; output_index: number }
}

const newItem = () => ({ id: newId('item'), object: 'realtime.item' as const, status: 'in_progress' as const })

const open = ({ responseId, entries, conversation, send }: Output, wire: WireItem): OpenItem => {
  const at = { response_id: responseId, output_index: entries.length }
  const entry = conversation.add(wire)
  entries.push(entry)
  send('response.output_item.added', { ...at, item: wire })
  send('conversation.item.added', { previous_item_id: conversation.previousIdOf(entry), item: wire })
  return { entry, at }
}

const close = ({ conversation, send }: Output, { entry, at }: OpenItem, status: Status): void => {
  entry.wire.status = status
  send('response.output_item.done', { ...at, item: entry.wire })
  send('conversation.item.done', { previous_item_id: conversation.previousIdOf(entry), item: entry.wire })
}

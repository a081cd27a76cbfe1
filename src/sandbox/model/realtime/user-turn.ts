import { newId } from '../../../ids.ts'
import type { Conversation, WireItem } from './conversation.ts'
import type { InputAudioEvents } from './input-audio.ts'
import { respond } from './respond.ts'
import type { Session } from './session-state.ts'

// Later than the first token of an answer: the transcript of the caller comes after the reply has begun.
const TRANSCRIPTION_MS = 700
const TRANSCRIPTION_DELTA_MS = 60

/** What voice activity in the appended audio leads to, as far as the session's turn detection asks for it. */
export const voiceEvents = (session: Session): InputAudioEvents => ({
  started: atMs => {
    session.send('input_audio_buffer.speech_started', {
      audio_start_ms: Math.round(atMs),
      item_id: session.nextItemId,
    })
    if (session.config.audio.input.turn_detection?.interrupt_response) session.active?.cancel('turn_detected')
  },
  stopped: atMs => {
    session.send('input_audio_buffer.speech_stopped', {
      audio_end_ms: Math.round(atMs),
      item_id: session.nextItemId,
    })
    commitInput(session)
    if (!session.config.audio.input.turn_detection?.create_response) return
    // Without interruptions the model may still be speaking: an error event, and the audio goes on.
    session.attempt(null, () => respond(session, {}))
  },
})

/** Makes the input buffer a user item, whose transcription follows when it is ready. */
export const commitInput = (session: Session): void => {
  const { audio, text } = session.input.take()
  const id = session.nextItemId
  session.nextItemId = newId('item')
  const part = { type: 'input_audio' as const, transcript: null as string | null }
  session.send('input_audio_buffer.committed', {
    previous_item_id: session.conversation.previousIdOf(undefined),
    item_id: id,
  })
  const base = { id, object: 'realtime.item', status: 'completed' } as const
  addItem(session, { ...base, type: 'message', role: 'user', content: [part] }, { audio, heard: text })
  if (!session.config.audio.input.transcription) return
  transcribe(session, { itemId: id, text, seconds: audio.length / 8000 }, () => {
    part.transcript = text
  })
}

/** Adds a whole item and says so. */
export const addItem = (session: Session, wire: WireItem, from: Parameters<Conversation['add']>[1]): void => {
  const entry = session.conversation.add(wire, from)
  const fields = { previous_item_id: session.conversation.previousIdOf(entry), item: wire }
  session.send('conversation.item.added', fields)
  session.send('conversation.item.done', fields)
}

interface Transcript {
  itemId: string
  text: string
  seconds: number
}

const transcribe = ({ clock, send }: Session, { itemId, text, seconds }: Transcript, keep: () => void): void => {
  const about = { item_id: itemId, content_index: 0 }
  const words = text.match(/\s*\S+/g) ?? []
  const pieces = [words.slice(0, 3), words.slice(3)].map(piece => piece.join('')).filter(piece => piece !== '')
  for (const [n, delta] of pieces.entries())
    clock.after(TRANSCRIPTION_MS + n * TRANSCRIPTION_DELTA_MS, () =>
      send('conversation.item.input_audio_transcription.delta', { ...about, delta }),
    )
  clock.after(TRANSCRIPTION_MS + pieces.length * TRANSCRIPTION_DELTA_MS, () => {
    keep()
    const usage = { type: 'duration', seconds }
    send('conversation.item.input_audio_transcription.completed', { ...about, transcript: text, usage })
  })
}

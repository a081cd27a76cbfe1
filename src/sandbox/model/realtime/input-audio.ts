// The input audio buffer and the voice activity detection on it.
// A1  All times are counted in samples that were appended; the wall clock is not asked.
// A2  While nobody speaks, only the prefix padding is kept, so that a segment begins where the API says it does.
import type { FrameName } from '../../voice/ears.ts'
import { energyOf } from '../../voice/energy.ts'
import { FRAME_SAMPLES } from '../../voice/mulaw.ts'
import { createHearing } from './hearing.ts'

/** The settings of `server_vad`. */
export interface VoiceActivity {
  threshold: number
  prefix_padding_ms: number
  silence_duration_ms: number
}

export interface InputAudio {
  append: (audio: Uint8Array, settings: VoiceActivity | null, on: InputAudioEvents) => void
  /** Empties the buffer; gives its audio and the words in it. */
  take: () => { audio: Uint8Array; text: string }
  bufferedMs: () => number
}

/** Called in the order of the audio; `atMs` counts from the session's first sample. */
export interface InputAudioEvents {
  started: (atMs: number) => void
  stopped: (atMs: number) => void
}

const WINDOW_MS = 20
const ONSET_WINDOWS = 3
/** Mean amplitude that threshold 1.0 asks for; the default of 0.5 is about -44 dBFS. */
const AMPLITUDE_AT_FULL_THRESHOLD = 400

/** An empty buffer; `onHeard` is told which frames of sandbox speech are in the audio, before what they lead to. */
export const createInputAudio = (onHeard: (frames: FrameName[]) => void): InputAudio => {
  const hearing = createHearing()
  let windows: Uint8Array[] = []
  let rest: Uint8Array = new Uint8Array(0)
  let samples = 0
  let speaking = false
  let voicedRun = 0
  let silentRun = 0

  const listen = (window: Uint8Array, settings: VoiceActivity, on: InputAudioEvents): void => {
    const isLoud = energyOf(window) > AMPLITUDE_AT_FULL_THRESHOLD * settings.threshold
    voicedRun = isLoud ? voicedRun + 1 : 0
    silentRun = isLoud ? 0 : silentRun + 1
    if (speaking) {
      if (silentRun === 0 || silentRun * WINDOW_MS < settings.silence_duration_ms) return
      speaking = false
      on.stopped(samples / 8)
      return
    }
    const kept = Math.ceil(settings.prefix_padding_ms / WINDOW_MS) + voicedRun
    windows.splice(0, Math.max(0, windows.length - kept))
    if (voicedRun < ONSET_WINDOWS) return
    speaking = true
    on.started(samples / 8 - windows.length * WINDOW_MS)
  }

  return {
    append: (audio, settings, on) => {
      const pending = concat([rest, audio])
      rest = new Uint8Array(0)
      const whole = pending.length - (pending.length % FRAME_SAMPLES)
      for (let at = 0; at < whole; at += FRAME_SAMPLES) {
        const window = pending.subarray(at, at + FRAME_SAMPLES)
        windows.push(window)
        samples += FRAME_SAMPLES
        onHeard(hearing.push(window))
        if (settings) listen(window, settings, on)
      }
      rest = pending.subarray(whole)
    },
    take: () => {
      const audio = concat([...windows, rest])
      samples += rest.length
      onHeard(hearing.push(rest))
      windows = []
      rest = new Uint8Array(0)
      speaking = false
      voicedRun = 0
      silentRun = 0
      return { audio, text: hearing.take() }
    },
    bufferedMs: () => (windows.length * FRAME_SAMPLES + rest.length) / 8,
  }
}

/** The pieces as one. */
export const concat = (pieces: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

// Sounds of machines: one steady tone each, that carries no words.
import { encodeSample, FRAME_SAMPLES, SAMPLE_RATE } from './mulaw.ts'

const AMPLITUDE = 9000
const SAMPLES_PER_MS = SAMPLE_RATE / 1000

/** The tone after which an answering machine records. */
export const BEEP = { hz: 1000, ms: 400 }
/** How a fax answers. Source: ITU-T T.30, called station identification (2,100 Hz, 2.6 to 4 s). */
export const FAX_ANSWER = { hz: 2100, ms: 3000 }

/** A tone as 20 ms frames of µ-law. */
export const toneFrames = ({ hz, ms }: { hz: number; ms: number }): Uint8Array[] =>
  Array.from({ length: (ms * SAMPLES_PER_MS) / FRAME_SAMPLES }, (_, frame) =>
    Uint8Array.from({ length: FRAME_SAMPLES }, (_, n) =>
      encodeSample(AMPLITUDE * Math.sin((2 * Math.PI * hz * (frame * FRAME_SAMPLES + n)) / SAMPLE_RATE)),
    ),
  )

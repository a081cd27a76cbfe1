// Which leg hears of its words being heard: an ear names the frames of sandbox speech, whoever spoke them is told.
// E1  Nobody has to listen, and nobody has to have spoken: a real model has no ear here, real speech no frames.
import type { Frame } from './frame.ts'

/** What tells one frame of sandbox speech from every other. */
export type FrameName = Pick<Frame, 'utterance' | 'index'>

export interface Ears {
  /** From now on `told` is called for each frame of the utterance that was heard. */
  follow: (utterance: number, told: (index: number) => void) => void
  forget: (utterance: number) => void
  /** An ear has heard these. */
  heard: (frames: readonly FrameName[]) => void
}

/** The ears of one sandbox. */
export const createEars = (): Ears => {
  const followers = new Map<number, (index: number) => void>()
  return {
    follow: (utterance, told) => followers.set(utterance, told),
    forget: utterance => followers.delete(utterance),
    heard: frames => {
      for (const { utterance, index } of frames) followers.get(utterance)?.(index)
    },
  }
}

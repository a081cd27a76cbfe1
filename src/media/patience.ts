/** A model that owes a word and gives none for so long, in media time, is taken for lost. */
const PATIENCE_MS = 10_000

export type Patience = ReturnType<typeof createPatience>

/** Notices a session that is open and says nothing. */
export const createPatience = () => {
  let waitedMs = 0
  let isOwed = false

  const settle = (): void => {
    waitedMs = 0
    isOwed = false
  }

  return {
    /** The callee has finished: the model answers by itself. */
    expect: (): void => {
      isOwed = true
    },

    /** Something came of what was asked for, or nothing is owed any more. */
    settle,

    /** Lets time pass; true once the model is not waited for any longer. */
    tick: (ms: number, isResponding: boolean): boolean => {
      if (!isOwed && !isResponding) settle()
      else waitedMs += ms
      return waitedMs >= PATIENCE_MS
    },
  }
}

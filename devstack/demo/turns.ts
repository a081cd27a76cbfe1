// Prints a conversation while it is spoken: the text of a turn grows until the next one begins.

export interface WireTurn {
  role: 'agent' | 'callee'
  text: string
  at_ms: number
  interrupted: boolean
}

const NAME = { agent: 'Agent', callee: 'Callee' } as const

/** Writes what is new since the last time, each turn on a line of its own. */
export const createTurnPrinter = (out: NodeJS.WritableStream) => {
  let index = 0
  let written = ''
  let isOpen = false

  const close = (): void => {
    if (isOpen) out.write('\n')
    isOpen = false
  }

  const grow = (turn: WireTurn): void => {
    // A text that was cut, or heard otherwise in the end, stays as it was printed; the JSON has its final form.
    const rest = turn.text.startsWith(written) ? turn.text.slice(written.length) : ''
    if (rest === '') return
    if (!isOpen) out.write(`${NAME[turn.role]}: `.padStart(10))
    isOpen = true
    out.write(rest)
    written = turn.text
  }

  return {
    /** `isLast` says that nothing more will come. */
    print: (turns: WireTurn[], isLast: boolean): void => {
      for (; index < turns.length; index++) {
        const turn = turns[index]
        if (turn) grow(turn)
        if (index === turns.length - 1 && !isLast) return
        close()
        written = ''
      }
    },
    /** A line between the turns. */
    line: (text: string): void => {
      close()
      out.write(`${text}\n`)
    },
  }
}

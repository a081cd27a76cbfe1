/** What a command is asked to run, or that it is asked for its page, or what is wrong with its options. */
export type Parsed<T> = { kind: 'run'; options: T } | { kind: 'help' } | { kind: 'wrong'; message: string }

/** The options; without them it prints the page and exits: with 0 if that was asked for, with 2 if they are wrong. */
export const optionsOrExit = <T>(parsed: Parsed<T>, page: string): T => {
  if (parsed.kind === 'run') return parsed.options
  if (parsed.kind === 'wrong') {
    console.error(`errand: ${parsed.message}\n\n${page}`)
    process.exit(2)
  }
  console.log(page)
  process.exit(0)
}

/** For a command that takes no options. */
export const parseNothing = (command: string, [first]: string[]): Parsed<null> => {
  if (first === undefined) return { kind: 'run', options: null }
  if (first === '--help' || first === '-h') return { kind: 'help' }
  return { kind: 'wrong', message: `${command} takes no options; it was given "${first}"` }
}

/** A failure to bring the stack up whose message is written for the person who started it; shown without a stack trace. */
export class SetupError extends Error {
  override name = 'SetupError'
}

/** The code of a system error (ENOSPC, EADDRINUSE …), or undefined for anything else. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** One line of text for anything that was thrown. */
export const errorText = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0] ?? text
}

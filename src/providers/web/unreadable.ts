/** A page gave nothing to read; the message says why, for whoever operates. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** One line of the callee's own account: what it said, or exactly what reached its ear. Times are media time since the answer. */
export interface Line {
  kind: 'said' | 'heard'
  text: string
  /** Whether the whole of it was said, or heard. */
  whole: boolean
  atMs: number
  endMs: number
}

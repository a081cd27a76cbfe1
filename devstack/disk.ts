import { statfsSync } from 'node:fs'

/** Less than this is nothing: a log or a lock does not fit. */
const NOTHING_BYTES = 64 * 1024

/** Whether the disk that holds `folder` has no space left. A program that ended for that could not write why. */
export const isDiskFull = (folder: string, space: typeof statfsSync = statfsSync): boolean => {
  try {
    const { bavail, bsize, blocks } = space(folder)
    return blocks > 0 && bavail * bsize < NOTHING_BYTES
  } catch {
    return false
  }
}

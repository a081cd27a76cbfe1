// The Temporal of the stack: the one at TEMPORAL_ADDRESS, or a development server with its data in a file.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Connection } from '@temporalio/client'
import { msToTs } from '@temporalio/common/lib/time.js'
import { findTemporal } from './binaries.ts'
import type { Child } from './children.ts'
import type { Progress } from './progress.ts'
import { listens, untilReady } from './ready.ts'
import { baseEnvironment, type Workshop } from './tools.ts'

/** Where Temporal answers; `uiUrl` is null where the stack did not start one. */
export type TemporalServer = { address: string; namespace: string; uiUrl: string | null; child: Child | null }

/** What the stack wants of it: `uiPort` 0 starts no UI. */
export type TemporalOptions = { dataDir: string; port: number; uiPort: number; namespace: string }

/** IndexedValueType.KEYWORD of temporal/api/enums/v1/common.proto. */
const keyword = 2
const searchAttributes = { AccountId: keyword, CallStatus: keyword, Outcome: keyword, Mode: keyword }
const namespaceNotFound = 5
const alreadyExists = 6
const retention = msToTs('7 days')

const ignoring =
  (code: number) =>
  (error: unknown): void => {
    if (!(error instanceof Error && 'code' in error && error.code === code)) throw error
  }

/** Makes the namespace and the search attributes that are missing. */
const prepareNamespace = async (connection: Connection, namespace: string): Promise<void> => {
  const { workflowService, operatorService } = connection
  const known = await workflowService.describeNamespace({ namespace }).catch(ignoring(namespaceNotFound))
  if (known === undefined && namespace !== 'default')
    await workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention })
      .catch(ignoring(alreadyExists))
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
  const missing = Object.entries(searchAttributes).filter(([name]) => customAttributes?.[name] === undefined)
  if (missing.length > 0)
    await operatorService
      .addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) })
      .catch(ignoring(alreadyExists))
}

const prepare = async (address: string, namespace: string): Promise<void> => {
  const connection = await Connection.connect({ address, connectTimeout: '5s' })
  try {
    await prepareNamespace(connection, namespace)
  } finally {
    await connection.close()
  }
}

// WAL is safe against kill -9, and takes half the time of the default.
const pragmas = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL']

const serverArguments = ({ port, uiPort }: TemporalOptions): string[] => {
  const fixed = ['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn', '--db-filename', 'temporal.db']
  const ui = uiPort === 0 ? ['--headless'] : ['--ui-port', String(uiPort)]
  return [...fixed, ...pragmas, '--port', String(port), ...ui]
}

const startDevelopmentServer = async (
  workshop: Workshop,
  options: TemporalOptions,
  progress: Progress,
  onStart: (child: Child) => void,
): Promise<TemporalServer> => {
  const { file } = await findTemporal(workshop, progress)
  const { port, uiPort, namespace } = options
  const address = `127.0.0.1:${port}`
  const uiUrl = uiPort === 0 ? null : `http://127.0.0.1:${uiPort}`
  return progress.step('temporal', 'starting', async () => {
    const folder = join(options.dataDir, 'temporal')
    mkdirSync(folder, { recursive: true })
    const child = workshop.family.start({
      name: 'temporal',
      file,
      args: serverArguments(options),
      env: { ...baseEnvironment(workshop.env), TEMPORAL_VERSION_CHECK_DISABLED: '1' },
      // The folder is the working directory, because a path may hold what an SQLite URI cannot.
      cwd: folder,
      logFile: join(workshop.logDir, 'temporal.log'),
    })
    onStart(child)
    // A gRPC client that was refused once waits a second; so the first one comes when somebody listens.
    await untilReady('temporal', child, workshop.signal, () => listens(port))
    await untilReady('temporal', child, workshop.signal, () => prepare(address, namespace))
    const done = uiUrl === null ? `listens on ${address}` : `listens on ${address}, UI ${uiUrl}`
    return { value: { address, namespace, uiUrl, child }, done }
  })
}

/** Brings Temporal up. Throws SetupError with what the person can do. */
export const startTemporal = (
  workshop: Workshop,
  options: TemporalOptions,
  progress: Progress,
  onStart: (child: Child) => void,
): Promise<TemporalServer> => {
  const address = workshop.env['TEMPORAL_ADDRESS']
  if (!address) return startDevelopmentServer(workshop, options, progress, onStart)
  return progress.step('temporal', `connecting to ${address}`, async () => {
    await untilReady(`Temporal at ${address}`, null, workshop.signal, () => prepare(address, options.namespace))
    const value = { address, namespace: options.namespace, uiUrl: null, child: null }
    return { value, done: `${address} (TEMPORAL_ADDRESS)` }
  })
}

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Client } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'

/** Where the histories that are replayed lie, one JSON file each. */
export const HISTORIES = join(import.meta.dirname, 'histories')

const ROOT = pathToFileURL(join(import.meta.dirname, '../..')).href

// Who recorded it, as `pid@machine`, and where is nobody's business and would change with every recording.
const withoutIdentities = (json: string): string =>
  json.replace(/"\d+@[^"]*"/g, '"recorded"').replaceAll(ROOT, 'file:///errand')

/** Writes the history of a workflow to `file`, as the Temporal UI and CLI would: an existing file is replaced. */
export const recordHistory = async (client: Client, workflowId: string, file: string): Promise<void> => {
  const history = await client.workflow.getHandle(workflowId).fetchHistory()
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${withoutIdentities(historyToJSON(history))}\n`)
}

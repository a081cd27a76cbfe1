import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type { Client } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'

/** Where the histories that are replayed lie, one JSON file each. */
export const HISTORIES = join(import.meta.dirname, 'histories')

/** Writes the history of a workflow to `file`, as the Temporal UI and CLI would: an existing file is replaced. */
export const recordHistory = async (client: Client, workflowId: string, file: string): Promise<void> => {
  const history = await client.workflow.getHandle(workflowId).fetchHistory()
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${historyToJSON(history)}\n`)
}

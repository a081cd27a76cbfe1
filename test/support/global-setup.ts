// One Temporal server and one store for the whole run; each test file takes a database and a namespace of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

import { createProgress } from '../../devstack/progress.ts'
import { startStack } from '../../devstack/stack.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    mongodbUrl: string
    temporalAddress: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'errand-test-'))
  const stack = await startStack({
    dataDir,
    ports: 'free',
    parts: 'servers',
    ui: false,
    progress: createProgress(),
  })
  project.provide('mongodbUrl', stack.mongodbUrl)
  project.provide('temporalAddress', stack.temporalAddress)
  return async () => {
    await stack.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

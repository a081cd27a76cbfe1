// Calls that run now go on under the next version of the workflow: each recorded history must still be its story.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { DefaultLogger, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker'
import { expect, it } from 'vitest'

import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'
import { loadWorkflowBundle } from '../../worker/bundle.ts'
import { HISTORIES } from './record.ts'

// What a replay that must fail says of it is no news.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => undefined),
  telemetryOptions: {
    logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
  },
})

const files = (await readdir(HISTORIES).catch(() => [])).filter(file => file.endsWith('.json'))

const replay = async (history: string): Promise<void> =>
  await Worker.runReplayHistory({ workflowBundle: await loadWorkflowBundle() }, JSON.parse(history))

it('has a history of every scenario', () =>
  expect(files).toEqual(expect.arrayContaining(SCENARIOS.map(({ name }) => `${name}.json`))))

it.each(files)('replays %s', async file => {
  await replay(await readFile(join(HISTORIES, file), 'utf8'))
})

it('notices a story that is another one', async () => {
  const history = await readFile(join(HISTORIES, files[0] ?? ''), 'utf8')
  await expect(replay(history.replaceAll('"openCall"', '"closeCall"'))).rejects.toThrow(/determinism/i)
})

import { access, chmod, constants, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { findChromium, packagedChromium } from '../../src/providers/web/chromium.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'errand-test-chromium-'))
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

it('takes the one that is named, or none', async () => {
  const program = join(folder, 'browser')
  await writeFile(program, '', { mode: 0o755 })
  expect(await findChromium(program)).toBe(program)
  expect(await findChromium(join(folder, 'missing'))).toBe(null)
})

it('unpacks the one of the package once for all who ask at the same time, and leaves nothing half-done', async () => {
  const paths = await Promise.all([packagedChromium(folder), packagedChromium(folder)])
  expect(new Set(paths).size).toBe(1)
  await access(paths[0]!, constants.X_OK)
  expect((await readdir(folder)).filter(name => name.startsWith('errand'))).toHaveLength(1)
  expect(await packagedChromium(folder)).toBe(paths[0])
})

it('does not start what others can write to', async () => {
  const home = dirname((await packagedChromium(folder))!)
  await chmod(home, 0o777)
  expect(await packagedChromium(folder)).toBe(null)
})

import type { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

import { expect, test } from 'vitest'

import { isDiskFull } from '../../../devstack/disk.ts'

const withSpace = (bavail: number, blocks = 500) =>
  (() => ({ bavail, blocks, bsize: 4096 })) as unknown as typeof statfsSync

test('a disk without space is full, one with a little is not', () => {
  expect(isDiskFull('/data', withSpace(0))).toBe(true)
  expect(isDiskFull('/data', withSpace(100))).toBe(false)
})

test('what has no blocks is no disk, and a folder that is not there is not full', () => {
  expect(isDiskFull('/proc', withSpace(0, 0))).toBe(false)
  expect(isDiskFull(`${tmpdir()}/there-is-no-such-folder`)).toBe(false)
})

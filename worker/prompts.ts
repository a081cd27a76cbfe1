// Prompts are read once, when a worker starts.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { parsePrompts } from '../src/briefing/prompts.ts'
import type { Prompts } from '../src/briefing/prompts.ts'

const FOLDER = join(import.meta.dirname, '../src/briefing/prompts')

/** The prompts in their folder; rejects for a file that is missing or cannot be understood. */
export const loadPrompts = async (): Promise<Prompts> => {
  const read = (name: string): Promise<string> => readFile(join(FOLDER, `${name}.md`), 'utf8')
  const [changes, agent, directives, website, analysis] = await Promise.all([
    read('CHANGES'),
    read('agent'),
    read('directives'),
    read('website'),
    read('analysis'),
  ])
  const number = /^## (\d+)$/m.exec(changes)?.[1]
  if (number === undefined) throw new Error('CHANGES.md has no heading with a number')
  const files = { agent, directives, website, analysis }
  const fingerprint = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 8)
  return parsePrompts(files, `${number}-${fingerprint}`)
}

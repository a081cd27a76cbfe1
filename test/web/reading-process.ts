// A process of its own that reads one website, told in JSON: to be killed while it does.
import { createLog } from '../../src/log.ts'
import { createIsolatedReader } from '../../src/providers/web/isolated-reader.ts'
import type { ReaderSettings } from '../../src/providers/web/reader-thread.ts'

const { url, settings } = JSON.parse(process.argv[2]!) as { url: string; settings: ReaderSettings }
setInterval(() => undefined, 1_000_000)
await createIsolatedReader(settings, createLog('test', 'silent')).read(url, new AbortController().signal)

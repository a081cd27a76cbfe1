// Scalar's API reference, which its authors publish as one file within their plugin for Fastify. The plugin is given
// what it asks of Fastify, and of the routes that it declares the file's is kept.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const FILE = '/js/scalar.js'

interface Declared {
  url: string
  handler: (request: unknown, reply: Reply) => unknown
}

interface Reply {
  header: (name: string, value: string) => Reply
  send: (body: string) => unknown
}

type Plugin = (host: unknown, options: unknown, done: () => void) => void

export interface ScalarFile {
  text: string
  gzipped: Buffer
  etag: string
}

/** The file, read when it is first asked for: it is 5 MB. */
export const loadScalar = async (): Promise<ScalarFile> => {
  const { default: plugin }: { default: Plugin } = await import('@scalar/fastify-api-reference')
  const text = fileOf(plugin)
  return {
    text,
    gzipped: await promisify(gzip)(text),
    etag: `"${createHash('sha256').update(text).digest('base64url')}"`,
  }
}

const fileOf = (plugin: Plugin): string => {
  const declared: Declared[] = []
  const host = { route: (route: Declared) => declared.push(route), hasPlugin: () => false, initialConfig: {} }
  plugin(host, { routePrefix: '/', configuration: { url: '-' } }, () => undefined)
  let text = ''
  const reply: Reply = { header: () => reply, send: body => (text = body) }
  declared.find(({ url }) => url === FILE)?.handler(null, reply)
  if (text === '') throw new Error(`@scalar/fastify-api-reference declares no ${FILE}`)
  return text
}

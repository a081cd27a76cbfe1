// The demo sends the README's own request, read from the README, so that the two cannot drift apart.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const README = join(import.meta.dirname, '../../README.md')
const CURL_BODY = /curl \S+\/api\/v1\/calls[^]*?-d '(\{[^']*\})'/
// The README names the sandbox by its default port.
const README_SANDBOX = 'http://127.0.0.1:4020'

export type CallBody = Record<string, string>

/** The body of the README's `POST /api/v1/calls`, with this stack's sandbox in place of the default one. */
export const readmeRequest = async (sandboxUrl: string): Promise<CallBody> => {
  const body = CURL_BODY.exec(await readFile(README, 'utf8'))?.[1]
  if (!body) throw new Error('README.md has no curl line with a call to place')
  return JSON.parse(body.replaceAll(README_SANDBOX, sandboxUrl)) as CallBody
}

/** A line that places the same call when it is pasted into a shell. */
export const curlLine = (apiUrl: string, key: string, body: CallBody): string =>
  `curl ${apiUrl}/api/v1/calls -H 'x-api-key: ${key}' -H 'content-type: application/json' -d '${JSON.stringify(body).replaceAll("'", String.raw`'\''`)}'`

import { Agent, request } from 'node:http'

/** What is asked of a URL, and the status that it has to be answered with. */
export interface Ask {
  method: 'GET' | 'POST'
  url: string
  key?: string
  body?: object
  expected: number
}

/** Asks over connections that stay open; rejects unless it is answered as expected. */
export const createClient = (): ((ask: Ask) => Promise<void>) => {
  const agent = new Agent({ keepAlive: true })
  const ask = async (what: Ask): Promise<void> =>
    await new Promise((resolve, reject) => {
      const { method, url, key, body, expected } = what
      const text = body && JSON.stringify(body)
      const headers = {
        ...(key !== undefined && { 'x-api-key': key }),
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
      }
      const sent = request(url, { method, agent, headers }, response => {
        let answer = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (answer += chunk))
        response.on('error', reject)
        response.on('end', () => {
          if (response.statusCode === expected) resolve()
          else reject(new Error(`${method} was answered ${response.statusCode}: ${answer}`))
        })
      })
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server has closed the idle connection just now.
        if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(ask(what))
        else reject(error)
      })
      sent.end(text)
    })
  return ask
}

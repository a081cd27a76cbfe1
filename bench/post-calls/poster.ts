import { Agent, request } from 'node:http'

/** Posts JSON to `url` over at most `sockets` connections that stay open; rejects unless it is answered 202. */
export const createPoster = (url: string, sockets: number): ((key: string, body: object) => Promise<void>) => {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets })
  return (key, body) =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(body)
      const headers = {
        'x-api-key': key,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      }
      const sent = request(url, { method: 'POST', agent, headers }, response => {
        let answer = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (answer += chunk))
        response.on('error', reject)
        response.on('end', () => {
          if (response.statusCode === 202) resolve()
          else reject(new Error(`POST was answered ${response.statusCode}: ${answer}`))
        })
      })
      sent.on('error', reject)
      sent.end(text)
    })
}

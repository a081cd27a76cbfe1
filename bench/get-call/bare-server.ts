// The least that a server can do who shows a document: one findOne, and its answer as JSON. For comparison only.
import { createServer } from 'node:http'

import { createLog } from '../../src/log.ts'
import { createMongo } from '../../src/providers/mongo.ts'

const [url = '', database = '', port = ''] = process.argv.slice(2)
const mongo = await createMongo({ url, database, log: createLog('bare-server', 'warn') })
const calls = mongo.db.collection<{ _id: string }>('calls')

createServer((request, response) => {
  const id = request.url?.split('/').at(-1) ?? ''
  const answer = id === 'healthz' ? Promise.resolve({}) : calls.findOne({ _id: id })
  answer.then(
    document => {
      const text = JSON.stringify(document)
      response.writeHead(document ? 200 : 404, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      })
      response.end(text)
    },
    () => response.writeHead(500).end(),
  )
}).listen(Number(port), '127.0.0.1')

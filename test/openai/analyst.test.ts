import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'

import { createAnalyst } from '../../src/providers/openai/analyst.ts'
import { loadPrompts } from '../../worker/prompts.ts'

const REQUEST = {
  objective: 'Book a table',
  businessName: 'Nopa',
  transcript: 'Agent: Hello.\nCallee: We are full.',
}

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A Responses API that answers as told; gives what it was asked. */
const answering = async (status: number, text: string) => {
  const asked: { path: string | undefined; key: string | undefined; body: Record<string, unknown> }[] = []
  server = createServer((request, response) => {
    void json(request).then(body => {
      asked.push({
        path: request.url,
        key: request.headers.authorization,
        body: body as Record<string, unknown>,
      })
      const message = {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text, annotations: [] }],
      }
      const answer = { id: 'resp_1', object: 'response', status: 'completed', output: [message] }
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(status === 200 ? answer : { error: { message: 'no' } }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const analyst = createAnalyst({ apiKey: 'sk-test', baseUrl, model: 'gpt-5-mini', prompts: await loadPrompts() })
  return { asked, analyse: () => analyst.analyse(REQUEST, new AbortController().signal) }
}

describe('the analysis of a call', () => {
  test('is asked for with a strict schema; the transcript is data of the user’s', async () => {
    const found = { outcome: 'not_achieved', outcome_details: 'They were full.', summary: 'No table.' }
    const { asked, analyse } = await answering(200, JSON.stringify(found))
    expect(await analyse()).toEqual({
      outcome: 'not_achieved',
      outcomeDetails: 'They were full.',
      summary: 'No table.',
    })
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({
      path: '/v1/responses',
      key: 'Bearer sk-test',
      body: {
        model: 'gpt-5-mini',
        input: [{ role: 'user', content: expect.stringContaining(REQUEST.transcript) }],
        text: {
          format: {
            type: 'json_schema',
            strict: true,
            schema: { required: ['outcome', 'outcome_details', 'summary'], additionalProperties: false },
          },
        },
      },
    })
    expect(asked[0]?.body['instructions']).not.toContain('We are full')
  })

  test('throws once, for the caller to try again where that can help', async () => {
    const failing = await answering(500, '')
    await expect(failing.analyse()).rejects.toThrow()
    expect(failing.asked).toHaveLength(1)
    server?.close()
    const refusing = await answering(400, '')
    await expect(refusing.analyse()).rejects.toMatchObject({ name: 'AnalysisRefused' })
    server?.close()
    const other = await answering(200, '{"outcome":"fine"}')
    await expect(other.analyse()).rejects.toThrow()
  })
})

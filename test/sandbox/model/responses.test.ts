import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API_KEY, startModel } from './client.ts'

let model: Awaited<ReturnType<typeof startModel>>
beforeAll(async () => {
  model = await startModel()
})
afterAll(() => model.close())

const SCHEMA = {
  type: 'object',
  properties: {
    outcome: { type: 'string', enum: ['achieved', 'partial', 'not_achieved'] },
    outcome_details: { type: 'string' },
    summary: { type: 'string' },
  },
  required: ['outcome', 'outcome_details', 'summary'],
  additionalProperties: false,
}
const formatOf = (schema: object) => ({ format: { type: 'json_schema', name: 'analysis', strict: true, schema } })

const post = async (body: unknown, key = API_KEY) => {
  const response = await fetch(`http://${model.host}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, any> } // oxlint-disable-line typescript/no-explicit-any
}

const ASKS = 'Agent: Hello, this is an AI assistant. I would like to book a table for 2 at 7pm, please.'
const TAKEN = 'Callee: I am sorry, 7pm is taken. I could offer you 8:30pm.'
const BOOKED = 'Callee: Thank you, it is booked. See you then.'

describe('POST /v1/responses', () => {
  test.each([
    ['achieved', [ASKS, BOOKED], 'The callee confirmed a table for 2 at 7pm.'],
    ['partial', [ASKS, TAKEN, 'Agent: 8:30pm works too, thank you. Please book it.', BOOKED], '8:30pm was booked'],
    ['not_achieved', [ASKS, TAKEN], 'nothing was booked'],
    ['not_achieved', [ASKS, 'Callee: I am sorry, we are fully booked.'], 'could not help'],
    ['not_achieved', [ASKS], 'ended before'],
  ])('judges a conversation %s from %j', async (outcome, lines, details) => {
    const { status, body } = await post({
      model: 'gpt-5-mini',
      instructions: 'Judge the call.',
      input: [
        { role: 'developer', content: '<objective>Book a table for 2 at 7pm at Nopa</objective>' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: `<transcript>\n${lines.join('\n')}\n</transcript>\nIt was booked.` },
          ],
        },
      ],
      text: formatOf(SCHEMA),
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ object: 'response', status: 'completed', model: 'gpt-5-mini', error: null })
    const [message] = body.output
    expect(message).toMatchObject({ type: 'message', role: 'assistant', content: [{ type: 'output_text' }] })
    const judged = JSON.parse(message.content[0].text)
    expect(judged).toEqual({
      outcome,
      outcome_details: expect.stringContaining(details),
      summary: expect.any(String),
    })
    expect(body.usage.total_tokens).toBe(body.usage.input_tokens + body.usage.output_tokens)
  })

  test.each([
    [{ input: 'x' }, 'missing_required_parameter', 'model'],
    [{ model: 'gpt-5', input: 'x', temprature: 1 }, 'unknown_parameter', 'temprature'],
    [{ model: 'gpt-5', input: 7 }, 'invalid_type', 'input'],
    [{ model: 'gpt-5', input: [{ role: 'callee', content: 'x' }] }, 'invalid_value', 'input[0].role'],
    [{ model: 'gpt-5', input: 'x', stream: true }, 'invalid_value', 'stream'],
    [
      { model: 'gpt-5', input: 'x', text: formatOf({ ...SCHEMA, required: ['outcome'] }) },
      'invalid_json_schema',
      'text.format.schema',
    ],
  ])('refuses %j', async (body, code, param) => {
    const answer = await post(body)
    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({
      error: { type: 'invalid_request_error', code, param, message: expect.any(String) },
    })
  })

  test('refuses a wrong key, an unknown model and what is not JSON', async () => {
    expect(await post({}, 'sk-wrong')).toMatchObject({ status: 401, body: { error: { code: 'invalid_api_key' } } })
    const unknown = await post({ model: 'llama', input: 'x' })
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'model_not_found' } } })
    expect(await post('{')).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error' } } })
  })
})

describe('the websites', () => {
  test.each([
    ['nopa', '11am to 9pm'],
    ['dentist', '9am to 5pm'],
  ])('have a page for %s with its opening hours among the usual trimmings', async (name, hours) => {
    const response = await fetch(`http://${model.host}/sites/${name}/`)
    const html = await response.text()
    expect(response.headers.get('content-type')).toContain('text/html')
    for (const part of [hours, '<nav', '<script', '<footer']) expect(html).toContain(part)
  })

  test('have no others', async () => {
    expect((await fetch(`http://${model.host}/sites/constructor/`)).status).toBe(404)
  })
})

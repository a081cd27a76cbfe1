// What operators see of one whole call on the real stack: metrics, the Temporal UI's data, logs, and traces.
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { Client, Connection } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'

import { createDevelopmentAccount } from '../../devstack/account.ts'
import type { DevelopmentAccount } from '../../devstack/account.ts'
import { placeAndFollow } from '../../devstack/demo/call.ts'
import type { WireCall } from '../../devstack/demo/call.ts'
import { readmeRequest } from '../../devstack/demo/request.ts'
import type { CallBody } from '../../devstack/demo/request.ts'
import { createProgress } from '../../devstack/progress.ts'
import { startStack } from '../../devstack/stack.ts'
import type { Stack } from '../../devstack/stack.ts'
import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'
import { startReceiver } from './otlp-receiver.ts'

type Line = Record<string, unknown> & { msg: string; process: string; call_id?: string }

// Everything that the processes say of themselves; every other line is about a call.
const OF_THE_PROCESS = [
  'calls worker runs',
  'media worker runs',
  'stopping: nothing new is taken, what runs is finished',
  'stopped',
  'No workflows registered, not polling for workflow tasks',
]

let stack: Stack
let dataDir: string
let receiver: Awaited<ReturnType<typeof startReceiver>>
let account: DevelopmentAccount
let request: CallBody
let call: WireCall & { summary?: string }
let interrupted: string
let metrics: Record<'api' | 'calls' | 'media', string>
let details: string
let summary: string | undefined
let result: unknown
let ids: string[]
let secrets: string[]
let logs: Record<string, string>

const secretsOf = async (pid: number | undefined): Promise<string[]> => {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8')
  return environment
    .split('\0')
    .flatMap(line => /^TEST_(?:TWILIO_AUTH_TOKEN|OPENAI_API_KEY)=(.+)$/.exec(line)?.[1] ?? [])
}

const textOf = async (url: string): Promise<string> => await (await fetch(url)).text()

const place = async (body: CallBody): Promise<WireCall> => {
  const { signal } = new AbortController()
  const followed = await placeAndFollow(stack, account, body, signal, new PassThrough().resume())
  return followed.body.data
}

const lookIntoTemporal = async (): Promise<void> => {
  const connection = await Connection.connect({ address: inject('temporalAddress') })
  const handle = new Client({ connection, namespace: stack.temporalNamespace }).workflow.getHandle(call.call_id)
  summary = await (await handle.describe()).staticSummary()
  result = await handle.result()
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata')
  details = metadata.currentDetails ?? ''
  await connection.close()
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'errand-operators-'))
  receiver = await startReceiver()
  const name = `operators-${randomUUID()}`
  stack = await startStack({
    dataDir,
    progress: createProgress(),
    ports: 'free',
    speed: 20,
    database: name,
    namespace: name,
    env: {
      ...process.env,
      LOG_LEVEL: 'trace',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      MONGODB_URL: inject('mongodbUrl'),
      TEMPORAL_ADDRESS: inject('temporalAddress'),
    },
  })
  request = await readmeRequest(stack.sandboxUrl)
  account = await createDevelopmentAccount(stack)
  call = await place(request)
  await lookIntoTemporal()
  const urls = { api: stack.apiUrl, calls: stack.callsUrl, media: stack.mediaUrl }
  const texts = await Promise.all(Object.values(urls).map(url => textOf(`${url}/metrics`)))
  metrics = { api: texts[0]!, calls: texts[1]!, media: texts[2]! }
  const { number } = SCENARIOS.find(({ name }) => name === 'interrupts-once')!
  const second = await place({ ...request, to_phone_number: number })
  ids = [call.call_id, second.call_id]
  interrupted = await textOf(`${stack.mediaUrl}/metrics`)
  secrets = (await Promise.all([secretsOf(stack.pids['api']), secretsOf(stack.pids['media'])])).flat()
  await stack.stop()
  const files = await readdir(stack.logDir)
  const contents = await Promise.all(files.map(file => readFile(join(stack.logDir, file), 'utf8')))
  logs = Object.fromEntries(files.map((file, i) => [file.replace('.log', ''), contents[i]!]))
})

afterAll(async () => {
  await stack?.stop()
  await receiver.close()
  await rm(dataDir, { recursive: true, force: true })
})

const linesOf = (name: string): Line[] =>
  logs[name]!.trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Line)

/** The value of the one series of `name` that has all these labels; `undefined` if there is none. */
const valueOf = (text: string, name: string, labels: Record<string, string | number>): number | undefined => {
  const line = text
    .split('\n')
    .find(
      line =>
        line.startsWith(`${name}{`) && Object.entries(labels).every(([k, v]) => line.includes(`${k}="${v}"`)),
    )
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

describe('metrics', () => {
  it('count the call once where it is accepted, dialled, held and ended', () => {
    const { api, calls, media } = metrics
    expect(valueOf(api, 'errand_calls_accepted_total', { mode: 'test' })).toBe(1)
    expect(valueOf(calls, 'errand_website_reads_total', { result: 'read' })).toBe(1)
    expect(valueOf(calls, 'errand_dials_total', { result: 'dialed' })).toBe(1)
    const ended = { mode: 'test', status: 'completed', outcome: 'achieved', error_code: 'none' }
    expect(valueOf(calls, 'errand_calls_ended_total', ended)).toBe(1)
    expect(valueOf(calls, 'errand_activity_duration_seconds_count', { activity: 'finish', result: 'ok' })).toBe(1)
    expect(valueOf(media, 'errand_conversations_ended_total', { result: 'ended' })).toBe(1)
  })

  it('tell what is open now', () => {
    for (const status of ['queued', 'dialing', 'in_progress'])
      expect(valueOf(metrics.calls, 'errand_calls_open', { mode: 'test', status })).toBe(0)
    expect(valueOf(metrics.media, 'errand_conversations_live', {})).toBe(0)
  })

  it('time requests by the pattern of their route, and the first words of the agent', () => {
    const accepted = { method: 'POST', route: '/api/v1/calls', status: 202 }
    expect(valueOf(metrics.api, 'errand_http_request_duration_seconds_count', accepted)).toBe(1)
    const read = { method: 'GET', route: '/api/v1/calls/:call_id', status: 200 }
    expect(valueOf(metrics.api, 'errand_http_request_duration_seconds_count', read)).toBeGreaterThan(0)
    expect(valueOf(metrics.media, 'errand_answer_to_first_audio_seconds_count', {})).toBe(1)
  })

  it('time interruptions', () => {
    expect(valueOf(metrics.media, 'errand_barge_in_to_clear_seconds_count', {})).toBe(0)
    expect(valueOf(interrupted, 'errand_barge_in_to_clear_seconds_count', {})).toBe(1)
    expect(valueOf(interrupted, 'errand_barge_in_to_clear_seconds_sum', {})).toBeGreaterThan(0)
  })

  it('hold no ids, numbers or words in their labels', () => {
    for (const text of Object.values(metrics)) {
      expect(text).not.toMatch(/cl_[0-9a-z]{26}|acc_[0-9a-z]{16}|\+1\d{10}/)
      expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds\{/m)
      expect(text).toMatch(/^process_resident_memory_bytes\{/m)
    }
  })
})

describe('the Temporal UI', () => {
  it('shows what the call is for, with a masked number', () =>
    expect(summary).toBe('Book a table for 2 at 7pm at Nopa → Nopa (+1415***0100)'))

  it('shows how it ended as the result of its workflow', () =>
    expect(result).toEqual({ status: 'completed', outcome: 'achieved', turns: call.turns?.length }))

  it('shows how it went, and who held it', () => {
    expect(details).toMatch(/^\*\*Finished\*\* since 20/)
    expect(details).toContain('- dial: the carrier has taken it')
    expect(details).toMatch(/- media host: `\S+`, generation 1/)
    expect(details).toContain('- leg: completed')
    expect(details).toContain('- ends: **completed**, outcome `achieved`')
    expect(details).toContain(`- turns: ${call.turns?.length}`)
  })
})

describe('logs', () => {
  it('are one JSON object a line, in every process', () => {
    expect(Object.keys(logs).toSorted()).toEqual(['api', 'calls', 'media', 'sandbox'])
    for (const name of Object.keys(logs)) for (const line of linesOf(name)) expect(line.msg).toBeTypeOf('string')
  })

  it("carry the call's id in every line about it", () => {
    const ofWorkers = [...linesOf('calls'), ...linesOf('media')]
    const withoutCall = ofWorkers.filter(line => !ids.includes(line.call_id ?? '')).map(({ msg }) => msg)
    expect(withoutCall.filter(msg => !OF_THE_PROCESS.includes(msg))).toEqual([])
    const requests = linesOf('api').filter(line => line.msg === 'request' && line['path'] !== '/healthz')
    const known = requests.filter(line => line['path'] !== '/metrics').map(line => line.call_id)
    expect(new Set(known)).toEqual(new Set(ids))
    for (const name of ['api', 'calls', 'media'])
      expect(linesOf(name).some(line => line.call_id === call.call_id)).toBe(true)
  })

  it('hold no words, no full numbers, and no secrets', () => {
    const words = [...(call.turns ?? []).map(({ text }) => text), request['objective']!, call.summary ?? '']
    const phrases = words.flatMap(text => text.split(/[.,?!]/)).filter(phrase => phrase.trim().length >= 10)
    expect(phrases.length).toBeGreaterThan(5)
    expect(secrets.length).toBe(2)
    for (const [name, text] of Object.entries(logs)) {
      for (const phrase of phrases) expect(text.toLowerCase(), name).not.toContain(phrase.trim().toLowerCase())
      for (const secret of [...secrets, account.testKey]) expect(text.includes(secret), name).toBe(false)
      expect(text, name).not.toContain(request['to_phone_number']!.slice(2))
      // A stream's token: 32 letters and digits that stand alone.
      expect(text, name).not.toMatch(/(?<![0-9A-Za-z_-])[0-9a-z]{32}(?![0-9a-z])/)
    }
  })
})

describe('traces', () => {
  it("put everything that was done for the call into one trace, under the call's own span", () => {
    const spans = receiver.spans.filter(({ attributes }) => attributes['errand.call_id'] === call.call_id)
    const root = spans.find(({ name }) => name === 'call')
    expect(root).toMatchObject({ parentSpanId: '', attributes: { 'errand.outcome': 'achieved' } })
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([root?.traceId]))
    const parents = spans.filter(span => span !== root).map(({ parentSpanId }) => parentSpanId)
    expect(new Set(parents)).toEqual(new Set([root?.spanId]))

    const named = new Set(spans.map(({ service, name }) => `${service} ${name}`))
    const activities = ['openCall', 'readWebsite', 'placeCall', 'conclude', 'finish']
    for (const name of activities) expect(named).toContain(`errand-calls-test ${name}`)
    expect(named).toContain('errand-media-test converse')
    expect(named).toContain('errand-api POST /api/v1/calls')
  })

  it('hold no words', () => {
    const sent = JSON.stringify(receiver.spans)
    for (const { text } of call.turns ?? []) expect(sent).not.toContain(text)
    expect(sent).not.toContain(request['to_phone_number'])
  })
})

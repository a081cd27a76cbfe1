// Every metric of every process, in Prometheus' form; docs/operations.md says when to worry about which.
// M1  Labels are enumerations and the names of routes, activities and commands: no ids, no words, no numbers.
// M2  Nothing is counted per audio frame.
import type { ServerResponse } from 'node:http'

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

import { OPEN_STATUSES } from './calls/call.ts'
import type { Mode } from './calls/call.ts'

/** What all metrics of a process are labelled with; an API serves both modes. */
export interface ProcessLabels {
  process: 'api' | 'calls' | 'media'
  mode?: Mode
}

export type Metrics = ReturnType<typeof createMetrics>

const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const ACTIVITY_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 300, 1800]
const SPEECH_SECONDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10]

/** Answers `GET /metrics` on a bare server. */
export const answerMetrics = (metrics: Metrics, response: ServerResponse): void => {
  metrics.text().then(
    text => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
    () => response.writeHead(500).end(),
  )
}

/** The metrics of one process. `text` is what `GET /metrics` answers. */
export const createMetrics = (labels: ProcessLabels) => {
  const registry = new Registry()
  registry.setDefaultLabels(labels)
  collectDefaultMetrics({ register: registry })

  const counter = <T extends string>(name: string, help: string, labelNames: T[]) =>
    new Counter<T>({ name, help, labelNames, registers: [registry] })
  const gauge = <T extends string>(name: string, help: string, labelNames: T[]) =>
    new Gauge<T>({ name, help, labelNames, registers: [registry] })
  const histogram = <T extends string>(name: string, help: string, buckets: number[], labelNames: T[]) =>
    new Histogram<T>({ name, help, buckets, labelNames, registers: [registry] })

  return {
    callsAccepted: counter('errand_calls_accepted_total', 'Calls that were accepted (202).', ['mode']),
    callsEnded: counter('errand_calls_ended_total', 'Calls that reached their last status.', [
      'mode',
      'status',
      'outcome',
      'error_code',
    ]),
    dials: counter('errand_dials_total', 'What became of dials when the carrier was asked.', ['result']),
    websiteReads: counter('errand_website_reads_total', 'Websites that were read, or could not be.', ['result']),
    activitySeconds: histogram(
      'errand_activity_duration_seconds',
      'Attempts of activities, by whether they threw.',
      ACTIVITY_SECONDS,
      ['activity', 'result'],
    ),
    conversationsLive: gauge(
      'errand_conversations_live',
      'Conversations that this host holds or is ready for.',
      [],
    ),
    conversationsEnded: counter(
      'errand_conversations_ended_total',
      "How this host's parts in conversations ended.",
      ['result'],
    ),
    handovers: counter('errand_handovers_total', 'Conversations that this host took over from another one.', []),
    modelReconnects: counter(
      'errand_model_reconnects_total',
      'Model sessions that were lost in a conversation, by whether there is another.',
      ['result'],
    ),
    answerToFirstAudioSeconds: histogram(
      'errand_answer_to_first_audio_seconds',
      "From the callee's answer to the agent's first audio, in media time.",
      SPEECH_SECONDS,
      [],
    ),
    bargeInToClearSeconds: histogram(
      'errand_barge_in_to_clear_seconds',
      "From the callee's first sound, where the model heard it begin, to the carrier's clear, in media time.",
      SPEECH_SECONDS,
      [],
    ),
    httpSeconds: histogram('errand_http_request_duration_seconds', 'Requests to the API.', HTTP_SECONDS, [
      'method',
      'route',
      'status',
    ]),
    storeFailures: counter(
      'errand_store_failures_total',
      'Commands that the store failed, and its missed heartbeats.',
      ['operation'],
    ),
    /** Counts open calls whenever somebody asks; while the store is away there is no number. */
    watchOpenCalls: (mode: Mode, count: (status: (typeof OPEN_STATUSES)[number]) => Promise<number>) =>
      new Gauge({
        name: 'errand_calls_open',
        help: 'Calls in the store that have not ended. Every calls worker of a mode tells the same: take the maximum.',
        labelNames: ['mode', 'status'],
        registers: [registry],
        collect: async function () {
          this.reset()
          const counts = await Promise.all(OPEN_STATUSES.map(status => count(status).catch(() => null)))
          for (const [i, calls] of counts.entries())
            if (calls !== null) this.set({ mode, status: OPEN_STATUSES[i] ?? '' }, calls)
        },
      }),
    contentType: registry.contentType,
    text: async (): Promise<string> => await registry.metrics(),
  }
}

import { createHash } from 'node:crypto'

import { DiagLogLevel, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, diag, trace } from '@opentelemetry/api'
import type { Context } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider, RandomIdGenerator } from '@opentelemetry/sdk-trace-node'

import type { SpanRecord, Tracing } from '../tracing.ts'

/** The trace of a call and the span of the call itself: both follow from the call's id alone. */
export const traceOf = (callId: string): { traceId: string; spanId: string } => {
  const hash = createHash('sha256').update(callId).digest('hex')
  return { traceId: hash.slice(0, 32), spanId: hash.slice(32, 48) }
}

// A process that stops waits for this at most.
const EXPORT_MS = 5_000

/** Sends spans in batches; headers for the endpoint come from the standard `OTEL_EXPORTER_OTLP_HEADERS`. */
export const createOtlpTracing = (
  processName: string,
  endpoint: string,
  onProblem: (message: string) => void,
): Tracing => {
  const ignore = () => undefined
  diag.setLogger(
    { error: onProblem, warn: onProblem, info: ignore, debug: ignore, verbose: ignore },
    DiagLogLevel.WARN,
  )
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`
  const random = new RandomIdGenerator()
  let own: { traceId: string; spanId: string } | null = null
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.namespace': 'errand', 'service.name': `errand-${processName}` }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS }))],
    idGenerator: {
      generateTraceId: () => own?.traceId ?? random.generateTraceId(),
      generateSpanId: () => own?.spanId ?? random.generateSpanId(),
    },
  })
  const tracer = provider.getTracer('errand')

  const start = ({ name, kind, startMs, attributes, callId }: SpanRecord, context: Context) =>
    tracer.startSpan(
      name,
      {
        startTime: startMs,
        kind: kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL,
        attributes: { ...attributes, ...(callId !== null && { 'errand.call_id': callId }) },
      },
      context,
    )

  /** The call's own span has no parent, and the ids that all others expect of it. */
  const startWholeCall = (record: SpanRecord, callId: string) => {
    own = traceOf(callId)
    try {
      return start(record, ROOT_CONTEXT)
    } finally {
      own = null
    }
  }

  return {
    record: record => {
      const { callId } = record
      const span =
        record.isWholeCall && callId !== null
          ? startWholeCall(record, callId)
          : start(record, callId === null ? ROOT_CONTEXT : contextOf(callId))
      if (record.isError) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end(record.endMs)
    },
    close: async () => {
      await provider.shutdown().catch((error: unknown) => onProblem(String(error)))
    },
  }
}

const contextOf = (callId: string): Context =>
  trace.setSpanContext(ROOT_CONTEXT, { ...traceOf(callId), traceFlags: TraceFlags.SAMPLED, isRemote: true })

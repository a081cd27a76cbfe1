// Traces: flat records of what was done for a call. All of one call share a trace whose id follows from the call's id,
// so that no context has to travel with signals, callbacks and activities.

/** Something that was done, and is over. Times in ms since 1970. Attributes are ids, enumerations and counts. */
export interface SpanRecord {
  name: string
  kind: 'server' | 'internal'
  /** Whose trace it belongs to; without a call it has one of its own. */
  callId: string | null
  startMs: number
  endMs: number
  isError: boolean
  attributes: Record<string, string | number>
  /** Whether this is the call itself, under which all others stand. */
  isWholeCall?: boolean
}

export interface Tracing {
  record: (span: SpanRecord) => void
  /** Sends what is left. */
  close: () => Promise<void>
}

/** Records nothing. */
export const NO_TRACING: Tracing = { record: () => undefined, close: async () => undefined }

/** Sends spans to an OTLP/HTTP endpoint, such as `http://collector:4318`; without one, nothing is even loaded. */
export const startTracing = async (
  processName: string,
  endpoint: string | undefined,
  onProblem: (message: string) => void,
): Promise<Tracing> => {
  if (!endpoint) return NO_TRACING
  const { createOtlpTracing } = await import('./providers/otlp.ts')
  return createOtlpTracing(processName, endpoint, onProblem)
}

// The metrics of a sandbox, in Prometheus' form; docs/operations.md says what they are good for.
// Labels are enumerations: no numbers, no words, no ids.
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'

export type SandboxMetrics = ReturnType<typeof createSandboxMetrics>

/** The metrics of one sandbox. `text` is what `GET /metrics` answers. */
export const createSandboxMetrics = () => {
  const registry = new Registry()
  registry.setDefaultLabels({ process: 'sandbox' })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })

  return {
    legsEnded: new Counter({
      name: 'errand_sandbox_legs_ended_total',
      help: 'Legs that have ended, by their last status.',
      labelNames: ['status'],
      registers,
    }),
    legsOpen: gauge('errand_sandbox_legs_open', 'Legs that were dialled and have not ended.'),
    streamsOpen: gauge('errand_sandbox_streams_open', 'Media streams between the carrier and a media host.'),
    modelSessionsOpen: gauge('errand_sandbox_model_sessions_open', 'Realtime sessions of the model.'),
    contentType: registry.contentType,
    text: async (): Promise<string> => await registry.metrics(),
  }
}

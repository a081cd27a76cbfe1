// Our own processes: what each one is started with, and the environment that it reads, and nothing besides.
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import type { PortName, Ports } from './ports.ts'
import { baseEnvironment } from './tools.ts'

const root = join(import.meta.dirname, '..')

/** One of our processes; ready when /healthz on its port answers. */
export type Service = { name: string; port: number; script: string; args: string[]; env: NodeJS.ProcessEnv }

/** What the services are told about the servers around them. */
export type Surroundings = {
  ports: Ports
  env: NodeJS.ProcessEnv
  mongodbUrl: string
  database: string
  temporalAddress: string
  temporalNamespace: string
  speed: number
  /** Media workers of each mode, default 1: a second one takes over what the first one loses. */
  mediaWorkers?: 1 | 2
}

type Variables = Record<string, string>

/** Both are needed for live calls: only then does the API learn of the carrier, and live workers run beside the test ones. */
export const hasLiveCredentials = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env['TWILIO_ACCOUNT_SID']) && Boolean(env['OPENAI_API_KEY'])

/** The ports that our own processes need. */
export const servicePorts = (env: NodeJS.ProcessEnv, mediaWorkers: 1 | 2 = 1): PortName[] => [
  ...(['sandbox', 'api', 'calls', 'media'] as const),
  ...(mediaWorkers === 2 ? (['media2'] as const) : []),
  ...(hasLiveCredentials(env) ? (['liveCalls', 'liveMedia'] as const) : []),
  ...(hasLiveCredentials(env) && mediaWorkers === 2 ? (['liveMedia2'] as const) : []),
]

const local = (port: number): string => `http://127.0.0.1:${port}`
const picked = (env: NodeJS.ProcessEnv, prefix: string): Variables =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (name.startsWith(prefix) && value ? [[name, value]] : [])),
  )

const sandboxCredentials = () => ({
  accountSid: `AC${randomBytes(16).toString('hex')}`,
  authToken: randomBytes(16).toString('hex'),
  apiKey: `sk-sandbox-${randomBytes(16).toString('hex')}`,
  stripeKey: `sk_test_${randomBytes(16).toString('hex')}`,
  webhookSecret: `whsec_${randomBytes(16).toString('hex')}`,
})

/** The processes of a whole stack, in the order in which they are started. */
export const servicesOf = (around: Surroundings): Service[] => {
  const { ports, env } = around
  const credentials = sandboxCredentials()
  const sandboxUrl = local(ports.sandbox)
  const publicUrl = env['PUBLIC_URL'] || local(ports.api)
  const base = {
    ...baseEnvironment(env),
    HOST: '127.0.0.1',
    ...picked(env, 'LOG_LEVEL'),
    ...picked(env, 'TIMEOUTS'),
    ...picked(env, 'OTEL_EXPORTER_OTLP_'),
  }
  const engines: Variables = {
    MONGODB_URL: around.mongodbUrl,
    MONGODB_DATABASE: around.database,
    TEMPORAL_ADDRESS: around.temporalAddress,
    TEMPORAL_NAMESPACE: around.temporalNamespace,
  }
  const testCarrier: Variables = {
    TEST_TWILIO_ACCOUNT_SID: credentials.accountSid,
    TEST_TWILIO_AUTH_TOKEN: credentials.authToken,
    // Twilio's own number for trials: https://www.twilio.com/docs/iam/test-credentials
    TEST_TWILIO_FROM_NUMBER: '+15005550006',
    TEST_TWILIO_BASE_URL: sandboxUrl,
  }
  const testModel: Variables = {
    TEST_OPENAI_API_KEY: credentials.apiKey,
    TEST_OPENAI_BASE_URL: `${sandboxUrl}/v1`,
  }
  const testShop: Variables = {
    TEST_STRIPE_SECRET_KEY: credentials.stripeKey,
    TEST_STRIPE_WEBHOOK_SECRET: credentials.webhookSecret,
    TEST_STRIPE_BASE_URL: sandboxUrl,
  }
  const liveShop = { ...picked(env, 'STRIPE_'), ...picked(env, 'CREDITS_') }
  const mediaPorts = (first: number, second: number): [suffix: string, port: number][] =>
    around.mediaWorkers === 2
      ? [
          ['', first],
          ['-2', second],
        ]
      : [['', first]]
  const isLive = hasLiveCredentials(env)
  const liveCarrier = picked(env, 'TWILIO_')
  const liveModel = picked(env, 'OPENAI_')

  const service = (name: string, port: number, script: string, args: string[], own: Variables): Service => ({
    name,
    port,
    script: join(root, script),
    args,
    env: { ...base, PORT: String(port), ...own },
  })
  const worker = (name: string, port: number, role: string, mode: string, own: Variables): Service =>
    service(name, port, 'worker/main.ts', ['--role', role, '--mode', mode], { ...engines, ...own })

  const test = [
    service('sandbox', ports.sandbox, 'src/sandbox/main.ts', [], {
      SANDBOX_SPEED: String(around.speed),
      SANDBOX_ACCOUNT_SID: credentials.accountSid,
      SANDBOX_AUTH_TOKEN: credentials.authToken,
      SANDBOX_API_KEY: credentials.apiKey,
      SANDBOX_STRIPE_KEY: credentials.stripeKey,
      SANDBOX_STRIPE_WEBHOOK_SECRET: credentials.webhookSecret,
      SANDBOX_STRIPE_WEBHOOK_URL: `${local(ports.api)}/stripe/test/events`,
    }),
    service('api', ports.api, 'src/main.ts', [], {
      ...engines,
      PUBLIC_URL: publicUrl,
      ...testCarrier,
      ...testShop,
      ...(isLive ? { ...liveCarrier, ...liveShop } : {}),
    }),
    worker('calls', ports.calls, 'calls', 'test', {
      PUBLIC_URL: publicUrl,
      ...testCarrier,
      ...testModel,
      ...picked(env, 'CHROMIUM_PATH'),
      WEBSITE_ALLOWED_HOSTS: `127.0.0.1:${ports.sandbox}`,
    }),
    ...mediaPorts(ports.media, ports.media2).map(([suffix, port]) =>
      worker(`media${suffix}`, port, 'media', 'test', {
        MEDIA_PUBLIC_URL: `ws://127.0.0.1:${port}`,
        ...picked(env, 'MEDIA_SLOTS'),
        ...testModel,
      }),
    ),
  ]
  if (!isLive) return test
  return [
    ...test,
    worker('calls-live', ports.liveCalls, 'calls', 'live', {
      PUBLIC_URL: publicUrl,
      ...liveCarrier,
      ...liveModel,
      ...picked(env, 'CHROMIUM_PATH'),
    }),
    ...mediaPorts(ports.liveMedia, ports.liveMedia2).map(([suffix, port]) =>
      worker(`media-live${suffix}`, port, 'media', 'live', {
        MEDIA_PUBLIC_URL: env[`MEDIA${suffix.replace('-', '_')}_PUBLIC_URL`] || `ws://127.0.0.1:${port}`,
        ...liveModel,
      }),
    ),
  ]
}

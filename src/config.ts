// The only reader of the environment. Every process parses its own part of it once, at its start.
import { z } from 'zod'

import type { Mode } from './calls/call.ts'
import { TIMEOUTS, brokenRules } from './timeouts.ts'
import type { Timeouts } from './timeouts.ts'

type Env = Record<string, string | undefined>

const text = z.string().trim().min(1)
const port = z.coerce.number().int().min(0).max(65_535)

const listenSchema = z.object({
  HOST: text.default('127.0.0.1'),
  PORT: port,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().or(z.literal('')).optional(),
})

const enginesSchema = z.object({
  MONGODB_URL: text,
  MONGODB_DATABASE: text.default('errand'),
  TEMPORAL_ADDRESS: text,
  TEMPORAL_NAMESPACE: text.default('default'),
})

const carrierSchema = z.object({
  TWILIO_ACCOUNT_SID: text,
  TWILIO_AUTH_TOKEN: text,
  TWILIO_FROM_NUMBER: text,
  TWILIO_BASE_URL: z.url().default('https://api.twilio.com'),
})

const modelSchema = z.object({
  OPENAI_API_KEY: text,
  OPENAI_BASE_URL: z.url().default('https://api.openai.com/v1'),
  OPENAI_REALTIME_MODEL: text.default('gpt-realtime'),
  OPENAI_ANALYSIS_MODEL: text.default('gpt-5-mini'),
  OPENAI_TRANSCRIPTION_MODEL: text.default('gpt-4o-mini-transcribe'),
  OPENAI_VOICE: text.default('marin'),
})

const shopSchema = z.object({
  STRIPE_SECRET_KEY: text,
  STRIPE_WEBHOOK_SECRET: text,
  STRIPE_BASE_URL: z.url().default('https://api.stripe.com'),
  /** Of ten credits, in the currency's smallest unit. */
  CREDITS_PRICE: z.coerce.number().int().min(1).default(1_000),
  CREDITS_CURRENCY: z
    .string()
    .trim()
    .regex(/^[a-z]{3}$/, 'expected an ISO code in lower case, such as usd')
    .default('usd'),
})

export type CarrierSettings = z.infer<typeof carrierSchema>
export type ShopSettings = z.infer<typeof shopSchema>
export type ModelSettings = z.infer<typeof modelSchema>
export type EngineSettings = z.infer<typeof enginesSchema>

/** The environment says something else than this process needs; the message names every variable and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const parse = <T extends z.ZodType>(schema: T, env: Env, prefix = ''): z.infer<T> => {
  const result = schema.safeParse(env)
  if (result.success) return result.data
  const lines = result.error.issues.map(issue => `  ${prefix}${issue.path.join('.')}: ${issue.message}`)
  throw new ConfigError(`the environment is incomplete or wrong:\n${lines.join('\n')}`)
}

// Live and test mode differ in these variables' prefix and in nothing else.
const PREFIX: Record<Mode, string> = { live: '', test: 'TEST_' }

const withoutPrefix = (env: Env, mode: Mode, keys: string[]): Env =>
  Object.fromEntries(keys.map(key => [key, env[PREFIX[mode] + key] || undefined]))

/** Settings of a mode; `null` when the credential that they begin with is not in the environment. */
const settingsOf = <T extends z.ZodObject>(
  schema: T,
  credential: keyof T['shape'] & string,
  env: Env,
  mode: Mode,
): z.infer<T> | null => {
  const own = withoutPrefix(env, mode, Object.keys(schema.shape))
  return own[credential] === undefined ? null : parse(schema, own, PREFIX[mode])
}

const carrierOf = (env: Env, mode: Mode) => settingsOf(carrierSchema, 'TWILIO_ACCOUNT_SID', env, mode)
const modelOf = (env: Env, mode: Mode) => settingsOf(modelSchema, 'OPENAI_API_KEY', env, mode)
const shopOf = (env: Env, mode: Mode) => settingsOf(shopSchema, 'STRIPE_SECRET_KEY', env, mode)

const required = <T>(value: T | null, what: string): T => {
  if (value === null) throw new ConfigError(`the environment is incomplete: ${what} is not set`)
  return value
}

const json = text.transform((value, ctx) => {
  try {
    return JSON.parse(value) as unknown
  } catch {
    ctx.addIssue({ code: 'custom', message: 'expected JSON' })
    return z.NEVER
  }
})
const timeoutsSchema = z.object({
  TIMEOUTS: json
    .pipe(z.partialRecord(z.enum(Object.keys(TIMEOUTS) as [keyof Timeouts]), z.number().int().positive()))
    .default({}),
})

/** The time-outs, with those in place that `TIMEOUTS` names: `{"ringMs":5000}`. */
const timeoutsOf = (env: Env): Timeouts => {
  const timeouts = { ...TIMEOUTS, ...parse(timeoutsSchema, env).TIMEOUTS }
  const broken = brokenRules(timeouts)
  if (broken.length === 0) return timeouts
  throw new ConfigError(
    `the time-outs do not fit together. Expected:\n${broken.map(rule => `  ${rule}`).join('\n')}`,
  )
}

/** Without a slash at its end. */
const publicUrlOf = (env: Env): string =>
  parse(z.object({ PUBLIC_URL: z.url() }), env).PUBLIC_URL.replace(/\/$/, '')

/** What an operator's command needs. What is not set is as `npm start` has it on this machine. */
export const operatorConfig = (env: Env) => ({
  ...parse(enginesSchema, {
    ...env,
    MONGODB_URL: env.MONGODB_URL || `mongodb://127.0.0.1:${env.STORE_PORT || 4027}`,
    MONGODB_DATABASE: env.MONGODB_DATABASE || undefined,
    TEMPORAL_ADDRESS: env.TEMPORAL_ADDRESS || `127.0.0.1:${env.TEMPORAL_PORT || 4033}`,
    TEMPORAL_NAMESPACE: env.TEMPORAL_NAMESPACE || undefined,
  }),
  isStoreGiven: Boolean(env.MONGODB_URL),
  isTemporalGiven: Boolean(env.TEMPORAL_ADDRESS),
  timeouts: timeoutsOf(env),
})

/** What the API process needs. A mode without a carrier is not set up: its calls are answered 503. Without Stripe no credits are sold in it. */
export const apiConfig = (env: Env) => ({
  ...parse(listenSchema, env),
  ...parse(enginesSchema, env),
  timeouts: timeoutsOf(env),
  publicUrl: publicUrlOf(env),
  trustedProxies: parse(z.object({ TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0) }), env)
    .TRUSTED_PROXIES,
  carriers: { live: carrierOf(env, 'live'), test: carrierOf(env, 'test') },
  shops: { live: shopOf(env, 'live'), test: shopOf(env, 'test') },
})

/** What a calls worker of `mode` needs. */
export const callsWorkerConfig = (env: Env, mode: Mode) => ({
  ...parse(listenSchema, env),
  ...parse(enginesSchema, env),
  timeouts: timeoutsOf(env),
  mode,
  publicUrl: publicUrlOf(env),
  carrier: required(carrierOf(env, mode), `${PREFIX[mode]}TWILIO_ACCOUNT_SID`),
  model: required(modelOf(env, mode), `${PREFIX[mode]}OPENAI_API_KEY`),
  websiteAllowedHosts: (env.WEBSITE_ALLOWED_HOSTS ?? '')
    .split(',')
    .map(host => host.trim())
    .filter(host => host !== ''),
  chromiumPath: env.CHROMIUM_PATH || null,
})

/** What a media worker of `mode` needs; it holds no carrier credentials. */
export const mediaWorkerConfig = (env: Env, mode: Mode) => ({
  ...parse(listenSchema, env),
  ...parse(enginesSchema, env),
  ...parse(
    z.object({
      MEDIA_PUBLIC_URL: z.url({ protocol: /^wss?$/ }),
      MEDIA_SLOTS: z.coerce.number().int().min(1).max(1000).default(20),
    }),
    env,
  ),
  timeouts: timeoutsOf(env),
  mode,
  model: required(modelOf(env, mode), `${PREFIX[mode]}OPENAI_API_KEY`),
})

export type OperatorConfig = ReturnType<typeof operatorConfig>
export type ApiConfig = ReturnType<typeof apiConfig>
export type CallsWorkerConfig = ReturnType<typeof callsWorkerConfig>
export type MediaWorkerConfig = ReturnType<typeof mediaWorkerConfig>

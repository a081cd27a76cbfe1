// The sandbox as a process of its own, configured by its environment alone.
import { z } from 'zod'
import { messageOf } from '../errors.ts'
import { createLog } from '../log.ts'
import { startSandbox } from './server.ts'

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  LOG_LEVEL: z.string().default('info'),
  SANDBOX_SPEED: z.coerce.number().min(1).max(100).default(20),
  SANDBOX_ACCOUNT_SID: z.string().regex(/^AC[0-9a-f]{32}$/, 'expected AC and 32 hexadecimal digits'),
  SANDBOX_AUTH_TOKEN: z.string().min(1),
  SANDBOX_API_KEY: z.string().min(1),
  SANDBOX_PUBLIC_URL: z.url().optional(),
  SANDBOX_STRIPE_KEY: z.string().min(1),
  SANDBOX_STRIPE_WEBHOOK_SECRET: z.string().min(1),
  SANDBOX_STRIPE_WEBHOOK_URL: z.url(),
})

const fail = (message: string): never => {
  process.stderr.write(`sandbox: ${message}\n`)
  process.exit(1)
}

const parsed = environment.safeParse(process.env)
if (!parsed.success) fail(z.prettifyError(parsed.error))
const env = parsed.success ? parsed.data : fail('no environment')
const log = createLog('sandbox', env.LOG_LEVEL)

const sandbox = await startSandbox({
  host: env.HOST,
  port: env.PORT,
  speed: env.SANDBOX_SPEED,
  accountSid: env.SANDBOX_ACCOUNT_SID,
  authToken: env.SANDBOX_AUTH_TOKEN,
  apiKey: env.SANDBOX_API_KEY,
  stripe: {
    secretKey: env.SANDBOX_STRIPE_KEY,
    webhookUrl: env.SANDBOX_STRIPE_WEBHOOK_URL,
    webhookSecret: env.SANDBOX_STRIPE_WEBHOOK_SECRET,
    publicUrl: env.SANDBOX_PUBLIC_URL,
  },
  log,
}).catch((error: unknown) => fail(`cannot listen on ${env.HOST}:${env.PORT}: ${messageOf(error)}`))
log.info({ url: sandbox.url, speed: env.SANDBOX_SPEED }, 'sandbox is up')

const stop = (): void => {
  void sandbox.stop().then(() => {
    log.info('sandbox has stopped')
    process.exit(0)
  })
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)

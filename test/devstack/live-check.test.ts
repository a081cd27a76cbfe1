// The live check against the sandbox as its carrier and model: the same command, other addresses and credentials.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { expect, inject, it, onTestFinished } from 'vitest'

import { choosePorts } from '../../devstack/ports.ts'
import { createLog } from '../../src/log.ts'
import { startSandbox } from '../../src/sandbox/server.ts'

const MAIN = join(import.meta.dirname, '../../live-check/main.ts')

const liveCheck = async (env: NodeJS.ProcessEnv, ...options: string[]) => {
  const child = spawn(process.execPath, [MAIN, ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { out, errors, code }
}

it('says what it needs where there are no credentials, and dials nobody', async () => {
  const { code, errors } = await liveCheck({ PATH: process.env['PATH'], OPENAI_API_KEY: 'sk-1' })
  expect(code).toBe(2)
  expect(errors).toMatch(/MISSING +LIVE_CHECK_NUMBER/)
  expect(errors).toMatch(/set +OPENAI_API_KEY/)
})

it.each([
  ['--help', 0],
  ['--dry-run', 2],
])('dials nobody when it is given %s, whatever credentials there are', async (option, exitCode) => {
  const { code, out, errors } = await liveCheck({ PATH: process.env['PATH'] }, option)
  expect(code).toBe(exitCode)
  expect(exitCode === 0 ? out : errors).toContain('LIVE_CHECK_NUMBER')
})

it('kills the host of a call that is under way, and says what the carrier did', { timeout: 90_000 }, async () => {
  const credentials = { accountSid: `AC${'5'.repeat(32)}`, authToken: 'a-token', apiKey: 'sk-sandbox' }
  const log = createLog('sandbox', 'silent')
  const sandbox = await startSandbox({ host: '127.0.0.1', port: 0, speed: 10, ...credentials, log })
  const data = await mkdtemp(join(tmpdir(), 'errand-live-check-'))
  onTestFinished(async () => {
    await sandbox.stop()
    await rm(data, { recursive: true, force: true })
  })
  const names = ['api', 'calls', 'media', 'media2', 'liveCalls', 'liveMedia', 'liveMedia2', 'sandbox'] as const
  const ports = await choosePorts('free', names, {})
  const { out, errors, code } = await liveCheck({
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    MONGODB_URL: inject('mongodbUrl'),
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    LIVE_CHECK_DATA: data,
    API_PORT: String(ports.api),
    CALLS_PORT: String(ports.calls),
    MEDIA_PORT: String(ports.media),
    MEDIA_2_PORT: String(ports.media2),
    SANDBOX_PORT: String(ports.sandbox),
    LIVE_CALLS_PORT: String(ports.liveCalls),
    LIVE_MEDIA_PORT: String(ports.liveMedia),
    LIVE_MEDIA_2_PORT: String(ports.liveMedia2),
    PUBLIC_URL: `http://127.0.0.1:${ports.api}`,
    MEDIA_PUBLIC_URL: `ws://127.0.0.1:${ports.liveMedia}`,
    MEDIA_2_PUBLIC_URL: `ws://127.0.0.1:${ports.liveMedia2}`,
    TWILIO_ACCOUNT_SID: credentials.accountSid,
    TWILIO_AUTH_TOKEN: credentials.authToken,
    TWILIO_FROM_NUMBER: '+15005550006',
    TWILIO_BASE_URL: sandbox.url,
    OPENAI_API_KEY: credentials.apiKey,
    OPENAI_BASE_URL: `${sandbox.url}/v1`,
    LIVE_CHECK_NUMBER: '+14155550100',
  })
  expect([code, errors]).toEqual([0, ''])
  const found = JSON.parse(out.slice(out.indexOf('\n{'), out.lastIndexOf('}') + 1)) as object
  expect(found).toMatchObject({
    queuedCallInLists: { status: expect.any(String) },
    whenASocketBreaks: { carrierDid: 'asked for instructions' },
    ended: { status: 'completed' },
  })
})

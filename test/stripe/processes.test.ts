// Two API processes sell to one account at once. They share the store, and nothing else.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { expect, inject, onTestFinished, test } from 'vitest'

import { createDevelopmentAccount } from '../../devstack/account.ts'
import { createCreditStore } from '../../src/credits/store.ts'
import { newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import { createMongo } from '../../src/providers/mongo.ts'
import { CALL } from '../api/api.ts'
import { SECRET_KEY, WEBHOOK_SECRET, deliver, press, serveStripe, startReceiver } from './shop.ts'

const DATABASE = newId('shops')

/** Starts an API process that sells in test mode, and waits until it listens. */
const startApi = async (stripeUrl: string): Promise<string> => {
  const child = spawn(process.execPath, ['src/main.ts'], {
    env: {
      PORT: '0',
      MONGODB_URL: inject('mongodbUrl'),
      MONGODB_DATABASE: DATABASE,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      PUBLIC_URL: 'https://errand.example',
      TEST_TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TEST_TWILIO_AUTH_TOKEN: 'token',
      TEST_TWILIO_FROM_NUMBER: '+15005550006',
      TEST_STRIPE_SECRET_KEY: SECRET_KEY,
      TEST_STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      TEST_STRIPE_BASE_URL: stripeUrl,
      TEST_CREDITS_PRICE: '2500',
      TEST_CREDITS_CURRENCY: 'eur',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, address } = JSON.parse(line) as { msg: string; address?: { port: number } }
    if (msg === 'listening' && address) return `http://127.0.0.1:${address.port}`
  }
  throw new Error(await text(child.stderr))
}

test('both offer one page; its event, late and three times at each of them, adds ten credits once', async () => {
  const mongo = await createMongo({
    url: inject('mongodbUrl'),
    database: DATABASE,
    log: createLog('test', 'silent'),
  })
  onTestFinished(async () => {
    await mongo.db.dropDatabase()
    await mongo.close()
  })
  const { accountId, testKey } = await createDevelopmentAccount({
    mongodbUrl: inject('mongodbUrl'),
    database: DATABASE,
  })
  for (let n = 0; n < 5; n++) await createCreditStore(mongo.db).hold(accountId, `spent_${n}`)
  const receiver = await startReceiver(async () => 500)
  onTestFinished(receiver.close)
  const stripe = await serveStripe(receiver.url)
  onTestFinished(stripe.close)
  const urls = await Promise.all([startApi(stripe.url), startApi(stripe.url)])
  const headers = { 'x-api-key': testKey }
  const read = async (path: string, init: RequestInit = {}) =>
    await Promise.all(
      urls.map(async url => JSON.parse(await (await fetch(url + path, { ...init, headers })).text())),
    )

  const refused = await read('/api/v1/calls', { method: 'POST', body: JSON.stringify(CALL) })
  const [pageUrl, other] = refused.map(({ buy_credits_url: page }) => String(page))
  expect(other).toBe(pageUrl)
  expect(await (await fetch(pageUrl!)).text()).toContain('€25.00')

  expect((await press(pageUrl!)).location).toBe('https://errand.example/stripe/thanks')
  for (const { data } of await read('/api/v1/credits')) expect(data.balance).toBe(0)

  const [event] = receiver.deliveries
  const answers = await Promise.all([...urls, ...urls, ...urls].map(async url => await deliver(url, event!)))
  expect(answers).toEqual(Array(6).fill(200))
  for (const { data } of await read('/api/v1/credits')) {
    expect(data).toMatchObject({ balance: 10, held: 5 })
    expect(data.entries.map((entry: { credits: number }) => entry.credits)).toEqual([10, 5])
  }
})

// Buying credits: from the 402 over the provider's page to the event that adds them.
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Stripe } from 'stripe'
import { describe, expect, onTestFinished, test } from 'vitest'

import { createApp } from '../../src/app.ts'
import { createPaymentRouter } from '../../src/providers/stripe/routes.ts'
import { CALL, serve } from '../api/api.ts'
import { PRICE, WEBHOOK_SECRET, deliver, press, serveStripe, useShop } from './shop.ts'

const { shop, api } = useShop()

const serveWith = async (changes: Parameters<ReturnType<typeof shop>['depsWith']>[0]): Promise<string> => {
  const served = await serve(createApp(shop().depsWith(changes)))
  onTestFinished(served.close)
  return served.url
}

/** An account without credits has paid, and the event is in our hands: nobody was told of it yet. */
const payAndHold = async () => {
  const account = await shop().spentAccount()
  const { pageUrl } = await shop().refused(account.key)
  shop().held.isHolding = true
  await press(pageUrl).finally(() => (shop().held.isHolding = false))
  return { ...account, event: shop().receiver.deliveries.at(-1)! }
}

/** An event as Stripe would sign it, `ageSeconds` ago. */
const signed = (body: string, { secret = WEBHOOK_SECRET, ageSeconds = 0 } = {}) => {
  const timestamp = Math.floor(Date.now() / 1000) - ageSeconds
  return { body, signature: Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp }) }
}

const changed = (body: string, change: (session: Record<string, unknown>) => void): string => {
  const event = JSON.parse(body) as { data: { object: Record<string, unknown> } }
  change(event.data.object)
  return JSON.stringify(event)
}

describe('happy', () => {
  test('a 402 leads to a page that sells ten credits; paid, they are there before the browser is sent on, and the call is taken', async () => {
    const { key } = await shop().spentAccount()
    const { status, body, pageUrl } = await shop().refused(key)
    expect(status).toBe(402)
    expect(body).toEqual({
      code: 'insufficient_credits',
      error: expect.stringContaining('Buy 10 more on the page in buy_credits_url'),
      buy_credits_url: expect.stringMatching(/^http.+\/c\/pay\/cs_test_\w+$/),
    })
    const page = await (await fetch(pageUrl)).text()
    expect(page).toContain('10 Errand credits')
    expect(page).toContain('$15.00')

    expect(await press(pageUrl)).toEqual({ status: 303, location: 'http://errand.example/stripe/thanks' })
    expect(await shop().credits(key)).toMatchObject({ balance: 10, held: 5 })
    expect((await shop().send('/api/v1/calls', key, CALL)).status).toBe(202)
  })

  test('the ledger names the payment, once', async () => {
    const { key } = await shop().spentAccount()
    const { pageUrl } = await shop().refused(key)
    await press(pageUrl)
    const cause = pageUrl.split('/').at(-1)
    expect((await shop().credits(key)).entries).toEqual([
      { id: `grant_${cause}`, kind: 'grant', credits: 10, cause, created_at: expect.any(String) },
      expect.objectContaining({ id: 'grant_welcome', credits: 5 }),
    ])
  })

  test('an event that comes late and many times at once adds the credits once', async () => {
    const { accountId, key, event } = await payAndHold()
    expect((await shop().credits(key)).balance).toBe(0)
    const again = signed(event.body)
    const answers = await Promise.all([event, event, again, again, again].map(one => deliver(shop().url, one)))
    expect(answers).toEqual([200, 200, 200, 200, 200])
    expect(await shop().credits(key)).toMatchObject({
      balance: 10,
      entries: expect.toSatisfy(all => all.length === 2),
    })
    expect(await api().credits.balance(accountId)).toEqual({ balance: 10, held: 5 })
  })

  test('a payment that takes days counts when it has arrived, not when it was begun', async () => {
    const { key } = await shop().spentAccount()
    const { pageUrl } = await shop().refused(key)
    shop().held.isHolding = true
    await press(pageUrl, 'us_bank_account').finally(() => (shop().held.isHolding = false))
    const [begun, arrived] = shop().receiver.deliveries.slice(-2)
    await deliver(shop().url, begun!)
    expect((await shop().credits(key)).balance).toBe(0)
    await deliver(shop().url, arrived!)
    expect((await shop().credits(key)).balance).toBe(10)
    await deliver(shop().url, begun!)
    expect((await shop().credits(key)).balance).toBe(10)
  })

  test('the same page is offered until it is paid, also to requests at once; then another', async () => {
    const { key } = await shop().spentAccount()
    const pages = await Promise.all([1, 2, 3, 4].map(async () => (await shop().refused(key)).pageUrl))
    expect(new Set(pages).size).toBe(1)
    expect((await shop().refused(key)).pageUrl).toBe(pages[0])
    await press(pages[0]!)
    expect((await shop().credits(key)).balance).toBe(10)
    for (let n = 0; n < 10; n++)
      await api().credits.hold((await api().keys.authenticate(key))!.accountId, `more_${n}`)
    const next = (await shop().refused(key)).pageUrl
    expect(next).not.toBe(pages[0])
    await press(next)
    expect((await shop().credits(key)).balance).toBe(10)
  })

  test('whoever paid yesterday’s price gets the credits; the next page has the price of today', async () => {
    const { key } = await shop().spentAccount()
    const { pageUrl } = await shop().refused(key)
    const dearer = await serveWith({ price: { amount: 2_000, currency: 'usd' } })
    const next = (await shop().refused(key, dearer)).pageUrl
    expect(next).not.toBe(pageUrl)
    expect(await (await fetch(next)).text()).toContain('$20.00')
    shop().held.isHolding = true
    await press(pageUrl).finally(() => (shop().held.isHolding = false))
    expect(await deliver(dearer, shop().receiver.deliveries.at(-1)!)).toBe(200)
    expect((await shop().credits(key)).balance).toBe(10)
  })

  test('a page that is about to expire is not offered', async () => {
    const { key } = await shop().spentAccount()
    const { pageUrl } = await shop().refused(key)
    const _id = pageUrl.split('/').at(-1)!
    const checkouts = api().db.collection<{ _id: string }>('checkouts')
    await checkouts.updateOne({ _id }, { $set: { expiresAt: new Date(Date.now() + 60_000) } })
    expect((await shop().refused(key)).pageUrl).not.toBe(pageUrl)
  })

  test('a page that the provider has forgotten, or has closed, is not offered', async () => {
    const { key } = await shop().spentAccount()
    const { pageUrl } = await shop().refused(key)
    const forgetful = await serveStripe('http://127.0.0.1:1/events')
    onTestFinished(forgetful.close)
    const next = (await shop().refused(key, await serveWith({ baseUrl: forgetful.url }))).pageUrl
    expect(next).toMatch(forgetful.url)
    expect(next.split('/').at(-1)).not.toBe(pageUrl.split('/').at(-1))
  })

  test('who has paid comes back to a page that says so', async () => {
    const answer = await fetch(`${shop().url}/stripe/thanks`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await answer.text()).toContain('Thank you')
  })
})

describe('error', () => {
  test('a live account where nothing is sold is told so, without a page', async () => {
    const { key } = await shop().spentAccount('live')
    const { status, body } = await shop().refused(key)
    expect(status).toBe(402)
    expect(body).toEqual({ code: 'insufficient_credits', error: expect.stringContaining('None are sold here') })
  })

  test('a provider that does not answer costs the 402 its page, and nothing else', async () => {
    const silent = createServer()
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as AddressInfo
    const { key } = await shop().spentAccount()
    const url = await serveWith({ baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 100 })
    const { status, body } = await shop().refused(key, url)
    expect(status).toBe(402)
    expect(body).toEqual({
      code: 'insufficient_credits',
      error: expect.stringContaining('repeat the request for it'),
    })
    expect((await shop().refused(key)).body.buy_credits_url).toMatch(/cs_test_/)
  })

  test('so does one that refuses our key', async () => {
    const { key } = await shop().spentAccount()
    const { status, body } = await shop().refused(key, await serveWith({ key: 'sk_test_wrong' }))
    expect([status, body.code, body.buy_credits_url]).toEqual([402, 'insufficient_credits', undefined])
    expect(body.error).not.toContain('sk_test')
  })

  test('events of other kinds, and of what others sell through the same provider, are taken and add nothing', async () => {
    const { key, event } = await payAndHold()
    const renamed = event.body.replace('"checkout.session.completed"', '"checkout.session.expired"')
    expect(await deliver(shop().url, signed(renamed))).toBe(200)
    const other = changed(event.body, session => (session['id'] = 'cs_test_others'))
    expect(await deliver(shop().url, signed(other))).toBe(200)
    expect(await deliver(shop().url, signed('{"type":"invoice.paid","data":{"object":{}}}'))).toBe(200)
    expect((await shop().credits(key)).balance).toBe(0)
  })

  test.each([
    ['less than the price', { amount_total: PRICE.amount - 1 }],
    ['more than the price', { amount_total: PRICE.amount + 1 }],
    ['another currency', { currency: 'jpy' }],
    ['no amount', { amount_total: null }],
    ['no payment', { payment_status: 'unpaid' }],
  ])('an event of %s adds nothing', async (_, facts) => {
    const { key, event } = await payAndHold()
    const body = changed(event.body, session => Object.assign(session, facts))
    expect(await deliver(shop().url, signed(body))).toBe(200)
    expect((await shop().credits(key)).balance).toBe(0)
    // The true one still counts.
    await deliver(shop().url, event)
    expect((await shop().credits(key)).balance).toBe(10)
  })

  test('a store that is away has the provider repeat the event', async () => {
    const { key, event } = await payAndHold()
    const deps = shop().depsWith()
    const error = new Error('the store is away')
    const { url, close } = await serve(
      createApp({
        ...deps,
        paymentRouter: createPaymentRouter({
          shops: { live: null, test: { webhookSecret: WEBHOOK_SECRET } },
          notePayment: async () => await Promise.reject(error),
          log: deps.log,
        }),
        isUnreachable: thrown => thrown === error,
      }),
    )
    onTestFinished(close)
    expect(await deliver(url, event)).toBe(503)
    expect(await deliver(shop().url, event)).toBe(200)
    expect((await shop().credits(key)).balance).toBe(10)
  })

  test('a body that is too large is refused, and not read to its end', async () => {
    const { hostname, port } = new URL(shop().url)
    const socket = connect(Number(port), hostname)
    socket.write('POST /stripe/test/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000000\r\n\r\n{')
    const answer = (await Array.fromAsync(socket, String)).join('')
    expect(answer).toContain('HTTP/1.1 400')
  })
})

describe('security', () => {
  test.each([
    ['without a signature', (body: string) => ({ body, signature: '' })],
    ['signed with another secret', (body: string) => signed(body, { secret: 'whsec_guessed' })],
    ['signed with no secret', (body: string) => ({ body, signature: `t=${Math.floor(Date.now() / 1000)},v1=` })],
    ['signed six minutes ago', (body: string) => signed(body, { ageSeconds: 360 })],
    ['with a byte changed', (body: string) => ({ ...signed(body), body: body.replace('1500', '1501') })],
    ['that is no JSON', () => signed('not json')],
  ])('an event %s is refused', async (_, forge) => {
    const { key, event } = await payAndHold()
    expect(await deliver(shop().url, forge(event.body))).toBe(400)
    expect((await shop().credits(key)).balance).toBe(0)
  })

  test('a payment cannot be redirected to another account, nor taken from its own', async () => {
    const { key, event } = await payAndHold()
    const other = await shop().spentAccount()
    const redirected = changed(event.body, session => {
      session['client_reference_id'] = other.accountId
      session['metadata'] = { account_id: other.accountId, credits: '1000' }
    })
    expect(await deliver(shop().url, signed(redirected))).toBe(200)
    expect((await shop().credits(other.key)).balance).toBe(0)
    expect((await shop().credits(key)).balance).toBe(0)
    await deliver(shop().url, event)
    expect((await shop().credits(key)).balance).toBe(10)
  })

  test('how many credits there are is never read from an event', async () => {
    const { key, event } = await payAndHold()
    const richer = changed(event.body, session => (session['metadata'] = { credits: '1000' }))
    await deliver(shop().url, signed(richer))
    expect((await shop().credits(key)).balance).toBe(10)
  })

  test('what is paid in test mode buys no live call, and its events mean nothing there', async () => {
    const { accountId, key, event } = await payAndHold()
    const liveKey = await api().keys.create(accountId, 'live')
    for (let n = 0; n < 5; n++) await api().credits.hold(`${accountId}_live`, `spent_${n}`)
    expect(await deliver(shop().url, event, 'live')).toBe(404)
    await deliver(shop().url, event)
    expect((await shop().credits(key)).balance).toBe(10)
    expect((await shop().credits(liveKey)).balance).toBe(0)
    expect((await shop().refused(liveKey)).status).toBe(402)
  })

  test('an unknown mode is not_found, whatever it is called', async () => {
    const { event } = await payAndHold()
    expect(await deliver(shop().url, event, 'constructor')).toBe(404)
    expect(await deliver(shop().url, event, '__proto__')).toBe(404)
  })
})

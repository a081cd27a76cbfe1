// The sandbox's part of Stripe's wire, spoken to without Stripe's client: what its documentation says.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { SECRET_KEY, WEBHOOK_SECRET, press, serveStripe, startReceiver } from './shop.ts'

const SESSION = {
  mode: 'payment',
  success_url: 'https://errand.example/thanks?session={CHECKOUT_SESSION_ID}',
  client_reference_id: 'acc_1',
  'metadata[order]': '4711',
  'line_items[0][quantity]': '2',
  'line_items[0][price_data][currency]': 'usd',
  'line_items[0][price_data][unit_amount]': '700',
  'line_items[0][price_data][product_data][name]': '<b>Ten</b>',
}

let stripe: Awaited<ReturnType<typeof serveStripe>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
let answers: number[] = []

beforeAll(async () => {
  receiver = await startReceiver(async () => answers.shift() ?? 200)
  stripe = await serveStripe(receiver.url)
})
afterAll(async () => {
  await stripe.close()
  receiver.close()
})

const request = async (
  path: string,
  { headers = {}, form }: { headers?: Record<string, string>; form?: object } = {},
) => {
  const answer = await fetch(stripe.url + path, {
    method: form ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${SECRET_KEY}`, ...headers },
    ...(form && { body: new URLSearchParams(form as Record<string, string>) }),
  })
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) }
}

const create = async (form: object = SESSION, headers: Record<string, string> = {}) =>
  await request('/v1/checkout/sessions', { form, headers })

const eventsOf = async (sessionId: string) => {
  const all = JSON.parse(await (await fetch(`${stripe.url}/sandbox/stripe/events`)).text())
  return all.filter(({ body }: { body: string }) => body.includes(sessionId))
}

test('a session is made, and read again', async () => {
  const { status, body } = await create()
  expect(status).toBe(200)
  expect(body).toMatchObject({
    id: expect.stringMatching(/^cs_test_/),
    object: 'checkout.session',
    amount_total: 1_400,
    currency: 'usd',
    client_reference_id: 'acc_1',
    metadata: { order: '4711' },
    payment_status: 'unpaid',
    status: 'open',
    url: expect.stringContaining(body.id),
  })
  expect((await request(`/v1/checkout/sessions/${body.id}`)).body).toEqual(body)
})

test('the key may come as the user name of Basic authentication; without it, or with another, nothing is answered', async () => {
  const basic = `Basic ${Buffer.from(`${SECRET_KEY}:`).toString('base64')}`
  expect((await create(SESSION, { authorization: basic })).status).toBe(200)
  for (const authorization of ['', 'Bearer sk_test_other', 'Basic Og=='])
    expect((await create(SESSION, { authorization })).status).toBe(401)
})

test.each([
  ['success_url', { success_url: undefined }, 'parameter_missing'],
  [
    'line_items',
    {
      ...Object.fromEntries(Object.keys(SESSION).map(name => [name, undefined])),
      mode: 'payment',
      success_url: 'https://a.example',
    },
    'parameter_missing',
  ],
  [
    'line_items[0][price_data][unit_amount]',
    { 'line_items[0][price_data][unit_amount]': '7.5' },
    'parameter_invalid',
  ],
  ['colour', { colour: 'blue' }, 'parameter_unknown'],
  ['mode', { mode: 'subscription' }, 'parameter_invalid'],
])('a session with a wrong %s is refused, as Stripe words it', async (param, changes, code) => {
  const form = Object.fromEntries(
    Object.entries({ ...SESSION, ...changes }).filter(([, value]) => value !== undefined),
  )
  const { status, body } = await create(form)
  expect(status).toBe(400)
  expect(body.error).toMatchObject({ type: 'invalid_request_error', code, param })
})

test('an Idempotency-Key gives the first answer again, and is refused for other parameters', async () => {
  const headers = { 'idempotency-key': 'once' }
  const first = await create(SESSION, headers)
  const again = await create(SESSION, headers)
  expect(again.body).toEqual(first.body)
  expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true'])
  const other = await create({ ...SESSION, client_reference_id: 'acc_2' }, headers)
  expect([other.status, other.body.error.type]).toEqual([400, 'idempotency_error'])
  expect((await create(SESSION, { 'idempotency-key': 'twice' })).body.id).not.toBe(first.body.id)
})

test('the page says what is bought, and what it says is text', async () => {
  const { body } = await create()
  const answer = await fetch(body.url)
  expect(answer.headers.get('content-type')).toContain('text/html')
  const page = await answer.text()
  expect(page).toContain('$14.00')
  expect(page).toContain('&#60;b&#62;Ten')
  expect(page).not.toContain('<b>Ten')
})

test('paid once, the browser is sent on with the session’s id, and one signed event is sent', async () => {
  const { body } = await create()
  expect(await press(body.url)).toEqual({
    status: 303,
    location: `https://errand.example/thanks?session=${body.id}`,
  })
  expect(await press(body.url)).toEqual({ status: 302, location: `/c/pay/${body.id}` })
  expect(await (await fetch(body.url)).text()).toContain('This is paid')
  const [event, ...others] = await eventsOf(body.id)
  expect(others).toEqual([])
  expect(JSON.parse(event.body)).toMatchObject({
    id: event.id,
    object: 'event',
    type: 'checkout.session.completed',
    livemode: false,
    data: { object: { id: body.id, payment_status: 'paid', status: 'complete', url: null } },
  })
  const { signature } = receiver.deliveries.find(({ body }) => body === event.body)!
  const [, time, sum] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature)!
  expect(createHmac('sha256', WEBHOOK_SECRET).update(`${time}.${event.body}`).digest('hex')).toBe(sum)
})

test('an event that is not taken, or redirected, is sent again, and whenever that is asked for', async () => {
  answers = [500, 302, 500, 500]
  const before = receiver.deliveries.length
  const { body } = await create()
  await press(body.url)
  await receiver.until(before + 3)
  const [event] = await eventsOf(body.id)
  const resent = await fetch(`${stripe.url}/sandbox/stripe/events/${event.id}/resend`, { method: 'POST' })
  expect(await resent.json()).toEqual({ answered: 500 })
  expect(new Set(receiver.deliveries.slice(before).map(delivery => delivery.body))).toEqual(new Set([event.body]))
  expect((await fetch(`${stripe.url}/sandbox/stripe/events/evt_none/resend`, { method: 'POST' })).status).toBe(404)
})

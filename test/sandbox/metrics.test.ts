import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectTwiml, startPair } from './carrier-our-side.ts'
import type { Pair } from './carrier-our-side.ts'
import { connect } from './model/client.ts'

const BUSY = '+14155550103'

let pair: Pair
beforeAll(async () => {
  pair = await startPair()
})
afterAll(() => pair.stop())

const scrape = async () => {
  const response = await fetch(`${pair.sandbox.url}/metrics`)
  const text = await response.text()
  return {
    type: response.headers.get('content-type'),
    text,
    value: (name: string): number | undefined => {
      const line = text.split('\n').find(one => one.startsWith(name))
      return line === undefined ? undefined : Number(line.split(' ').at(-1))
    },
  }
}

it('the sandbox tells Prometheus which legs, streams and sessions are open, and how legs ended', async () => {
  pair.us.answer(({ path }) => (path === '/twiml' ? connectTwiml(pair.us.streamUrl) : ''))
  const model = await connect(new URL(pair.sandbox.url).host)
  await model.next('session.created')
  await pair.ended(await pair.dial({ To: BUSY }))
  const sid = await pair.dial()
  await pair.us.until(() => pair.us.messages.some(one => one.event === 'media'))
  const during = await scrape()
  expect(during.type).toMatch(/^text\/plain/)
  expect(during.value('errand_sandbox_legs_open{process="sandbox"}')).toBe(1)
  expect(during.value('errand_sandbox_streams_open')).toBe(1)
  expect(during.value('errand_sandbox_model_sessions_open')).toBe(1)
  expect(during.value('errand_sandbox_legs_ended_total{status="busy"')).toBe(1)
  expect(during.value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0)

  await pair.request(`/Calls/${sid}.json`, [['Status', 'completed']])
  await pair.ended(sid)
  const after = await scrape()
  expect(after.value('errand_sandbox_legs_open')).toBe(0)
  expect(after.value('errand_sandbox_streams_open')).toBe(0)
  expect(after.value('errand_sandbox_legs_ended_total{status="completed"')).toBe(1)
  expect(after.text).not.toContain(sid)
  model.socket.close()
})

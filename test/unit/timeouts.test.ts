import { expect, it } from 'vitest'

import { apiConfig } from '../../src/config.ts'
import { TIMEOUTS, brokenRules } from '../../src/timeouts.ts'

const ENV = {
  PORT: '0',
  MONGODB_URL: 'mongodb://127.0.0.1',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  PUBLIC_URL: 'http://127.0.0.1',
}
const timeoutsOf = (text: string) => apiConfig({ ...ENV, TIMEOUTS: text }).timeouts

it('the time-outs fit together', () => expect(brokenRules(TIMEOUTS)).toEqual([]))

it('each rule between the time-outs is broken by some set', () => {
  const longest = Object.fromEntries(Object.keys(TIMEOUTS).map(name => [name, 1])) as typeof TIMEOUTS
  expect(brokenRules(longest)).toHaveLength(11)
})

it('the environment changes those that it names and no others', () =>
  expect(timeoutsOf('{"ringMs":5000,"hangUpMs":1000}')).toEqual({ ...TIMEOUTS, ringMs: 5000, hangUpMs: 1000 }))

it.each([
  ['{"leaseStaleMs":2000}', /2 × leaseRenewMs < leaseStaleMs/],
  ['{"dialUntilMs":10000}', /carrierRequestMs < dialUntilMs/],
  ['{"ringMs":0}', /TIMEOUTS/],
  ['{"ringSeconds":5}', /TIMEOUTS/],
  ['ringMs=5000', /expected JSON/],
])('%s is refused when a process starts, and the message says why', (text, problem) =>
  expect(() => timeoutsOf(text)).toThrow(problem),
)

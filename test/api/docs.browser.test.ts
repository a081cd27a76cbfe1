// The reference in a real browser: it renders, places a call, and nothing of it leaves this machine.
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { findChromium } from '../../src/providers/web/chromium.ts'
import { useApi } from './api.ts'

// Its own address is its public one.
const api = useApi(() => ({ hangUp: async () => undefined }))

let browser: Browser
beforeAll(async () => {
  const executablePath = await findChromium(process.env['CHROMIUM_PATH'] ?? null)
  if (executablePath === null) throw new Error('there is no Chromium on this machine')
  browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 })
})
afterAll(async () => await browser?.close())

test('the reference renders, places a call with a test key, and asks nobody but this server', async () => {
  const { key } = await api().newAccount()
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } })
  onTestFinished(async () => await page.close())
  const asked: string[] = []
  const complaints: string[] = []
  page.on('request', request => asked.push(request.url()))
  page.on('console', message => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(error.message))

  await page.goto(`${api().url}/docs`)
  for (const name of ['Quickstart', 'How calls end', 'Test numbers', 'Errors'])
    await page.getByRole('heading', { name, exact: true }).first().waitFor()
  await page.getByRole('row', { name: /\+14155550102 fully-booked .* completed, not_achieved/ }).waitFor()
  const number = page.locator('td code').getByText('+14155550102', { exact: true })
  expect(await number.evaluate(code => code.getClientRects().length)).toBe(1)
  await page.getByRole('row', { name: /402 insufficient_credits/ }).waitFor()

  await page.getByRole('link', { name: /Place a call/ }).click()
  await page.getByRole('textbox').first().fill(key)
  await page
    .getByRole('button', { name: /^Test Request/ })
    .first()
    .click()
  const answered = page.waitForResponse(response => response.request().method() === 'POST')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Send / })
    .first()
    .click()
  const answer = await answered
  expect(answer.url()).toBe(`${api().url}/api/v1/calls`)
  expect(answer.status()).toBe(202)
  const { call_id: id } = (await answer.json()).data
  await page.getByRole('dialog').getByText(id).waitFor()
  const { body } = await api().send('GET', `/api/v1/calls/${id}`, { key })
  expect(body.data).toMatchObject({ status: 'queued', to_phone_number: '+14155550100', business_name: 'Nopa' })

  expect(complaints).toEqual([])
  expect(asked.length).toBeGreaterThanOrEqual(5)
  expect(asked.filter(url => !url.startsWith(`${api().url}/`))).toEqual([])
}, 90_000)

test('its policy lets it reach no other server, even on this machine', async () => {
  const page = await browser.newPage()
  onTestFinished(async () => await page.close())
  // Any of its files is shown under the same policy.
  await page.goto(`${api().url}/docs/page.js`)
  const complained = page.waitForEvent('console', message => message.text().includes('Content Security Policy'))
  await page.evaluate("fetch('http://127.0.0.1:9/').catch(() => undefined)")
  expect((await complained).text()).toContain("connect-src 'self'")
})

// Dialing is paused and resumed by an operator: what clients and the workflows' starts notice of it.
import { afterEach, expect, test } from 'vitest'

import type { Mode } from '../../src/calls/call.ts'
import { createDialingService } from '../../src/dialing/service.ts'
import { CALL, useApi } from './api.ts'

const api = useApi()
const dialing = () => createDialingService(api())

afterEach(async () => void (await dialing().resume('test')))

const place = async () => {
  const { key } = await api().newAccount()
  const { status, body } = await api().send('POST', '/api/v1/calls', { key, body: CALL })
  expect([status, body.data.status]).toEqual([202, 'queued'])
  const id: string = body.data.call_id
  const cancel = async () => await api().send('POST', `/api/v1/calls/${id}/cancel`, { key })
  return { id, cancel }
}

const starts = (): unknown[] => api().engine.told.flatMap(([name, id]) => (name === 'startCall' ? [id] : []))

test('a call is accepted while dialing is paused, and started once when it is resumed, oldest first', async () => {
  expect(await dialing().pause('test')).toBe('paused')
  expect(await dialing().pause('test')).toBe('paused_before')
  const [first, second] = [await place(), await place()]
  expect(starts()).not.toContain(first.id)
  expect(await dialing().resume('test')).toEqual({ wasPaused: true, queued: 2 })
  expect(starts()).toEqual([first.id, second.id])
  expect(await dialing().pausedSince('test')).toBeNull()
  const third = await place()
  expect(starts()).toEqual([first.id, second.id, third.id])
})

test('calls of the other mode are not paused', async () => {
  await dialing().pause('live')
  const { id } = await place()
  expect(starts()).toContain(id)
  expect(await dialing().resume('live')).toEqual({ wasPaused: true, queued: 0 })
})

test('a call that waits for the resume is canceled at once: its workflow is started to end it', async () => {
  await dialing().pause('test')
  const [canceled, other] = [await place(), await place()]
  expect((await canceled.cancel()).status).toBe(202)
  const told = api().engine.told.filter(([, id]) => id === canceled.id)
  expect(told).toEqual([
    ['startCall', canceled.id],
    ['signalCancelRequested', canceled.id],
  ])
  expect(starts()).not.toContain(other.id)
})

test('a call that is accepted while dialing is resumed is started, by the one or by the other', async () => {
  const isStarted = async (mode: Mode): Promise<void> => {
    await dialing().pause(mode)
    const [{ id }] = await Promise.all([place(), dialing().resume(mode)])
    expect(starts()).toContain(id)
  }
  for (let round = 0; round < 10; round++) await isStarted('test')
})

import { expect, test } from 'vitest'

import { CALL, useApi } from './api.ts'

const api = useApi()

/** A call of a new account, and how to cancel and read it. */
const place = async () => {
  const { key, accountId } = await api().newAccount()
  const { body } = await api().send('POST', '/api/v1/calls', { key, body: CALL })
  const id: string = body.data.call_id
  const path = `/api/v1/calls/${id}`
  return {
    id,
    accountId,
    cancel: async () => await api().send('POST', `${path}/cancel`, { key }),
    get: async () => await api().send('GET', path, { key }),
  }
}

test('a queued call is canceled: it will not be dialled, and its workflow is told', async () => {
  const call = await place()
  const { status, body } = await call.cancel()
  expect(status).toBe(202)
  expect(body).toEqual((await call.get()).body)
  expect(body.data).toMatchObject({ call_id: call.id, status: 'queued', outcome: null })
  expect(api().engine.told).toContainEqual(['signalCancelRequested', call.id])
  expect(await api().calls.claimDial(call.id, new Date(Date.now() + 10_000))).toBeNull()
})

test('a conversation is told to say goodbye, and the answer has what was said so far', async () => {
  const { id, cancel } = await place()
  await api().conversations.ensure(id)
  await api().calls.advance(id, 'in_progress', { startedAt: new Date() })
  const ready = { generation: 1, host: 'h', url: 'ws://h', token: 't', expiresAt: new Date(Date.now() + 60_000) }
  await api().conversations.setReady(id, ready)
  await api().conversations.start(id, 1, 't', new Date())
  const turn = { role: 'callee', text: 'Hello?', atMs: 0, interrupted: false, final: true } as const
  await api().conversations.putTurn(id, 1, 0, turn, 1_000)
  const { status, body } = await cancel()
  expect(status).toBe(202)
  expect(body.data).toMatchObject({ status: 'in_progress', transcript: 'Callee: Hello?' })
  const [state] = await api().conversations.findStates([id])
  expect(state).toMatchObject({ cancelRequestedAt: expect.any(Date), ended: null })
})

test('canceling twice gives the same 202, and the moment of the first stays', async () => {
  const { id, cancel } = await place()
  const first = await cancel()
  const { cancelRequestedAt } = (await api().calls.find(id))!
  const second = await cancel()
  expect([second.status, second.text]).toEqual([202, first.text])
  expect((await api().calls.find(id))?.cancelRequestedAt).toEqual(cancelRequestedAt)
})

test('a call that has ended as canceled may be canceled again', async () => {
  const { id, cancel } = await place()
  await cancel()
  await api().calls.decideEnding(id, { status: 'canceled' })
  await api().calls.advance(id, 'canceled', { endedAt: new Date() })
  const { status, body } = await cancel()
  expect([status, body.data.status]).toEqual([202, 'canceled'])
})

test('the 202 stands while the engine is away: the store has it', async () => {
  const { id, cancel } = await place()
  await api().conversations.ensure(id)
  api().engine.isAway = true
  const { status } = await cancel()
  api().engine.isAway = false
  expect(status).toBe(202)
  expect((await api().calls.find(id))?.cancelRequestedAt).not.toBeNull()
  expect((await api().conversations.find(id))?.cancelRequestedAt).not.toBeNull()
})

test('a call that is canceled while it is being ended ends one way, and the answer says which', async () => {
  for (let round = 0; round < 5; round++) {
    const { id, cancel } = await place()
    const [answer, ended] = await Promise.all([
      cancel(),
      api().calls.decideEnding(id, { status: 'failed', errorCode: 'busy' }),
    ])
    expect(ended?.ending?.status).toBe(answer.status === 202 ? 'canceled' : 'failed')
  }
})

test('an answer after the end was decided changes nothing about the credit', async () => {
  const { id, cancel } = await place()
  await cancel()
  expect(await api().calls.decideEnding(id, { status: 'canceled' })).toMatchObject({ startedAt: null })
  expect(await api().calls.advance(id, 'in_progress', { startedAt: new Date() })).toBeNull()
  expect((await api().calls.find(id))?.startedAt).toBeNull()
})

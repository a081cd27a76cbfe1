// What the carrier tells may come late, twice, in any order, or never.
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { statusesBefore } from '../../src/calls/call.ts'
import type { Call } from '../../src/calls/call.ts'
import { useApi } from '../api/api.ts'
import { LEG, OTHER_LEG, createCarrierRequests } from './carrier-requests.ts'

const api = useApi()
const { tell, told, dialedCall } = createCarrierRequests(api)

const ENDS = ['completed', 'busy', 'no-answer', 'failed', 'canceled']

/** The life of a leg; then any of its words are lost, come again, and change places. */
const life = fc.constantFrom(
  ...ENDS.map(end =>
    end === 'completed' ? ['initiated', 'ringing', 'in-progress', end] : ['initiated', 'ringing', end],
  ),
)
const events = life.chain(words =>
  fc.array(fc.record({ word: fc.constantFrom(...words), isOtherLeg: fc.boolean() }), { maxLength: 8 }),
)

const isBackwards = (before: Call, after: Call): boolean => statusesBefore(before.status).includes(after.status)

test('a status never goes back, the leg ends once, and the engine is told each thing once', async () => {
  await fc.assert(
    fc.asyncProperty(events, async words => {
      const id = await dialedCall()
      let before = (await api().calls.find(id))!
      const bound: string[] = []
      for (const { word, isOtherLeg } of words) {
        const leg = isOtherLeg ? OTHER_LEG : LEG
        const { status } = await tell(`${id}/status`, { CallSid: leg, CallStatus: word })
        expect(status).toBe(204)
        bound.push(leg)
        const after = (await api().calls.find(id))!
        expect(isBackwards(before, after)).toBe(false)
        expect(after.legId).toBe(bound[0])
        if (before.leg.ended) expect(after.leg).toEqual(before.leg)
        if (before.startedAt) expect(after.startedAt).toEqual(before.startedAt)
        before = after
      }
      const own = words.filter((_, i) => bound[i] === bound[0]).map(({ word }) => word)
      const end = own.find(word => ENDS.includes(word))
      expect(before.leg.ended).toBe(end?.replace('-', '_') ?? null)
      expect((await api().conversations.find(id))?.ended ?? null).toEqual(
        end ? expect.objectContaining({ by: 'carrier' }) : null,
      )
      // A leg that completed was answered: whoever says it first is the one whose word counts.
      const answer = own.find(word => word === 'in-progress' || word === 'completed')
      expect(before.status).toBe(
        answer ? 'in_progress' : own.some(word => !ENDS.includes(word)) ? 'dialing' : 'queued',
      )
      expect(told(id).filter(([name]) => name === 'signalAnswered')).toHaveLength(answer === 'in-progress' ? 1 : 0)
      expect(told(id).filter(([name]) => name === 'signalLegEnded')).toHaveLength(end ? 1 : 0)
    }),
    { numRuns: 30 },
  )
})

test('the same words at the same time change as much as once', async () => {
  await fc.assert(
    fc.asyncProperty(events, async words => {
      const id = await dialedCall()
      await Promise.all(words.map(({ word }) => tell(`${id}/status`, { CallSid: LEG, CallStatus: word })))
      const call = (await api().calls.find(id))!
      const names = words.map(({ word }) => word)
      expect(call.leg.ended).toBe(names.find(word => ENDS.includes(word))?.replace('-', '_') ?? null)
      expect(told(id).filter(([name]) => name === 'signalLegEnded')).toHaveLength(call.leg.ended ? 1 : 0)
      expect(told(id).filter(([name]) => name === 'signalAnswered').length).toBeLessThanOrEqual(1)
    }),
    { numRuns: 15 },
  )
})

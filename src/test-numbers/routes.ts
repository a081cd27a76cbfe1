import { defineRoute } from '../http/route.ts'
import type { Route } from '../http/route.ts'
import { scenarioList } from './schema.ts'
import { TEST_NUMBERS } from './table.ts'
import type { TestNumber } from './table.ts'

/** The objective API's operation on test numbers: any key may read them. */
export const testNumberRoutes: Route[] = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/scenarios',
    operationId: 'listScenarios',
    tag: 'Test numbers',
    summary: 'List the scenarios',
    description:
      'What happens on a call with a test key, by the number that is called, and how the call ends. Every other valid number does as the first. Any key may read them.',
    response: { status: 200, description: 'All scenarios, on one page.', schema: scenarioList },
    errors: [],
    handle: async () => ({ data: TEST_NUMBERS.map(presentScenario) }),
  }),
]

const presentScenario = ({ number, name, description, ends }: TestNumber) => ({
  to_phone_number: number,
  name,
  description,
  ends: {
    status: ends.status,
    outcome: ends.outcome,
    error_code: ends.errorCode,
    credits: ends.credits,
  },
})

// The test numbers on the wire.
import { z } from 'zod'

const ending = z
  .object({
    status: z
      .enum(['completed', 'failed', 'canceled'])
      .meta({ description: 'The status of the call.', examples: ['completed'] }),
    outcome: z
      .enum(['achieved', 'partial', 'not_achieved'])
      .nullable()
      .meta({ description: 'The outcome of the call.', examples: ['achieved'] }),
    error_code: z
      .string()
      .nullable()
      .meta({ description: 'The error of the call.', examples: [null] }),
    credits: z.int().meta({ description: 'How many credits the call costs.', examples: [1] }),
  })
  .meta({ id: 'ScenarioEnd', description: 'How the call ends.' })

const scenario = z
  .object({
    to_phone_number: z.string().meta({ description: 'The number that chooses it.', examples: ['+14155550100'] }),
    name: z.string().meta({ description: 'The name of the scenario.', examples: ['agrees'] }),
    description: z.string().meta({
      description: 'What happens.',
      examples: ['Picks up, agrees to what is asked, asks for a name and confirms.'],
    }),
    ends: ending,
  })
  .meta({ id: 'Scenario' })

/** The answer to GET /scenarios. */
export const scenarioList = z.object({
  data: z.array(scenario).meta({ description: 'All of them, in the order of their numbers.' }),
})

// Runs `objectiveCall` on a real worker; each test says what its activities do, by name, and what it signals.
import { setTimeout as delay } from 'node:timers/promises'

import type { WorkflowHandle } from '@temporalio/client'

import type { CallsActivities, MediaActivities } from '../../activities/index.ts'
import { newCallId } from '../../src/ids.ts'
import { OBJECTIVE_CALL, SIGNALS, STATUS_QUERY, taskQueue } from '../../workflows/contract.ts'
import type {
  CallEnding,
  CallLimits,
  ConverseResult,
  ObjectiveCallInput,
  StatusView,
} from '../../workflows/contract.ts'
import { createTestNamespace } from './engine.ts'

export type Activities = CallsActivities & MediaActivities

const LIMITS: CallLimits = {
  mediaReadySeconds: 20,
  ringSeconds: 45,
  carrierSilenceSeconds: 20,
  dialUnknownSeconds: 20,
  maxDurationSeconds: 60,
  sealSeconds: 20,
  hangUpSeconds: 20,
  concludeSeconds: 20,
  successorReadySeconds: 20,
}

export interface RunOptions {
  limits?: Partial<CallLimits>
  hasWebsite?: boolean
  mode?: ObjectiveCallInput['mode']
}

/** One call under way. */
export class CallRun {
  readonly callId = newCallId()
  /** Names of the activities that ran, in order. */
  readonly ran: string[] = []
  ending: CallEnding | null = null
  readonly #arrivals = new Map<string, PromiseWithResolvers<void>>()
  readonly #parts = new Map<number, PromiseWithResolvers<ConverseResult>>()
  readonly #given: Partial<Activities>
  readonly #handle: WorkflowHandle

  constructor(handleOf: (callId: string) => WorkflowHandle, given: Partial<Activities>) {
    this.#handle = handleOf(this.callId)
    this.#given = given
  }

  /** What a happy call's activities do, unless the test says otherwise. */
  readonly #usual: Activities = {
    openCall: async () => ({ kind: 'open' }),
    readWebsite: async () => ({ kind: 'read' }),
    converse: async ({ generation }) => {
      await this.signal(SIGNALS.mediaReady, { generation, host: `host-${generation}` })
      return await this.part(generation).promise
    },
    placeCall: async () => ({ kind: 'dialed' }),
    lookUpLeg: async () => ({ kind: 'unknown' }),
    redirectLeg: async () => ({ kind: 'redirected' }),
    hangUp: async () => undefined,
    requestGoodbye: async () => undefined,
    endConversation: async () => undefined,
    conclude: async () => ({ kind: 'concluded' }),
    finish: async ({ ending }) => ({
      status: ending.status,
      outcome: ending.status === 'completed' ? 'achieved' : null,
    }),
  }

  async run(name: keyof Activities, input: never): Promise<unknown> {
    this.ran.push(name)
    this.#arrival(name).resolve()
    if (name === 'finish') this.ending = (input as { ending: CallEnding }).ending
    return await (this.#given[name] ?? this.#usual[name])(input)
  }

  #arrival(name: string): PromiseWithResolvers<void> {
    const arrival = this.#arrivals.get(name) ?? Promise.withResolvers<void>()
    this.#arrivals.set(name, arrival)
    return arrival
  }

  /** Until activity `name` has been started. */
  async reached(name: keyof Activities): Promise<void> {
    await this.#arrival(name).promise
  }

  /** The host's part of a generation, for the test to end. */
  part(generation: number): PromiseWithResolvers<ConverseResult> {
    const part = this.#parts.get(generation) ?? Promise.withResolvers<ConverseResult>()
    this.#parts.set(generation, part)
    return part
  }

  async signal(name: string, ...payload: object[]): Promise<void> {
    await this.#handle.signal(name, ...payload)
  }

  /** The carrier says that the callee answered, after the dial. */
  async answer(): Promise<void> {
    await this.reached('placeCall')
    await this.signal(SIGNALS.answered)
    await this.until(view => view.phase === 'talking')
  }

  async legEnds(ended: string): Promise<void> {
    await this.signal(SIGNALS.legEnded, { ended })
  }

  async status(): Promise<StatusView> {
    return await this.#handle.query<StatusView>(STATUS_QUERY)
  }

  /** Until the status query says so. */
  async until(holds: (view: StatusView) => boolean): Promise<StatusView> {
    for (;;) {
      const view = await this.status()
      if (holds(view)) return view
      await delay(10)
    }
  }

  async cancelByHand(): Promise<void> {
    await this.#handle.cancel()
  }

  /** How the call ended, and what it did for that. */
  async finished(): Promise<{ ending: CallEnding | null; ran: string[] }> {
    await this.#handle.result()
    this.release()
    return { ending: this.ending, ran: this.ran }
  }

  /** Ends what its hosts still do. */
  release(): void {
    for (const part of this.#parts.values()) part.resolve({ kind: 'ended' })
  }

  times(name: keyof Activities): number {
    return this.ran.filter(ran => ran === name).length
  }

  /** Names of the activities that the workflow has asked for so far. */
  async scheduled(): Promise<string[]> {
    const { events } = await this.#handle.fetchHistory()
    return (events ?? []).flatMap(event => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [])
  }

  get handle(): WorkflowHandle {
    return this.#handle
  }
}

const CALLS: (keyof Activities)[] = [
  'openCall',
  'readWebsite',
  'placeCall',
  'lookUpLeg',
  'redirectLeg',
  'hangUp',
  'requestGoodbye',
  'endConversation',
  'conclude',
  'finish',
]

/** Workers for calls in test mode, in a namespace of their own. */
export const createCallRunner = async () => {
  const namespace = await createTestNamespace()
  const runs = new Map<string, CallRun>()
  const dispatch = (name: keyof Activities) => async (input: string | { callId: string }) => {
    const run = runs.get(typeof input === 'string' ? input : input.callId)
    return await run?.run(name, input as never)
  }
  const calls = Object.fromEntries(CALLS.map(name => [name, dispatch(name)]))
  const media = { converse: dispatch('converse') }
  await Promise.all([
    namespace.work(taskQueue('calls', 'test'), calls, { workflows: true }),
    namespace.work(taskQueue('media', 'test'), media, { workflows: false }),
    namespace.work(taskQueue('handover', 'test'), media, { workflows: false }),
  ])

  return {
    client: namespace.client,
    close: async (): Promise<void> => {
      for (const run of runs.values()) run.release()
      await namespace.close()
    },

    start: async (given: Partial<Activities> = {}, options: RunOptions = {}): Promise<CallRun> => {
      const run = new CallRun(id => namespace.client.workflow.getHandle(id), given)
      runs.set(run.callId, run)
      const input: ObjectiveCallInput = {
        callId: run.callId,
        mode: options.mode ?? 'test',
        hasWebsite: options.hasWebsite ?? false,
        limits: { ...LIMITS, ...options.limits },
      }
      await namespace.client.workflow.start(OBJECTIVE_CALL, {
        workflowId: run.callId,
        taskQueue: taskQueue('calls', 'test'),
        args: [input],
      })
      return run
    },
  }
}

export type CallRunner = Awaited<ReturnType<typeof createCallRunner>>

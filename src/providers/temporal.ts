// The engine: Temporal runs one workflow a call, and a call's id is its workflow's id.
// E1  A call's workflow is started at most once, ever: a second start is answered like the first.
// E2  A signal to a call that is over is no error; a Temporal that cannot be reached is, within seconds.
import { Client, Connection } from '@temporalio/client'
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client'
import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common'

import { titleOf } from '../calls/call.ts'
import type { Call } from '../calls/call.ts'
import { maskNumber } from '../log.ts'
import type { Timeouts } from '../timeouts.ts'
import { OBJECTIVE_CALL, SEARCH_ATTRIBUTES, SIGNALS, taskQueue } from '../../workflows/contract.ts'
import type {
  CallLimits,
  HandoverRequested,
  HostLost,
  LegEnded,
  MediaReady,
  ObjectiveCallInput,
  StreamLost,
} from '../../workflows/contract.ts'
import type { Engine } from './ports.ts'

export interface TemporalSettings {
  /** `host:port` of the frontend. */
  address: string
  namespace: string
}

export interface Temporal {
  client: Client
  close: () => Promise<void>
}

/** A client that connects when it is first used, so that a process starts while Temporal is away. */
export const connectTemporal = ({ address, namespace }: TemporalSettings): Temporal => {
  const connection = Connection.lazy({ address })
  return { client: new Client({ connection, namespace }), close: () => connection.close() }
}

/** Longest wait for an answer of Temporal, in ms: its callers are HTTP requests and carrier callbacks. */
const ENGINE_DEADLINE_MS = 5_000

// A message to a workflow is answered within two seconds of the loss of the worker that had it in memory.
const WORKFLOW_TASK_TIMEOUT_MS = 2_000

/** The limits of a call besides its own length, from the one table of time-outs. */
export const callLimits = (timeouts: Timeouts): Omit<CallLimits, 'maxDurationSeconds'> => ({
  mediaReadySeconds: timeouts.mediaReadyMs / 1000,
  ringSeconds: timeouts.ringMs / 1000,
  carrierSilenceSeconds: timeouts.carrierSilenceMs / 1000,
  dialUnknownSeconds: timeouts.dialUnknownMs / 1000,
  sealSeconds: timeouts.sealMs / 1000,
  hangUpSeconds: timeouts.hangUpMs / 1000,
  goodbyeSeconds: timeouts.goodbyeMs / 1000,
  concludeSeconds: timeouts.concludeMs / 1000,
  handoverSeconds: timeouts.fillerLimitMs / 1000,
  successorReadySeconds: timeouts.successorReadyMs / 1000,
})

/** The engine over `client`. Throws when Temporal does not answer within five seconds. */
export const createEngine = ({ client, timeouts }: { client: Client; timeouts: Timeouts }): Engine => {
  const limits = callLimits(timeouts)
  const withDeadline = async <T>(act: () => Promise<T>): Promise<T> =>
    await client.withDeadline(Date.now() + ENGINE_DEADLINE_MS, act)

  const signal = async (callId: string, name: string, ...payload: object[]): Promise<void> => {
    try {
      await withDeadline(() => client.workflow.getHandle(callId).signal(name, ...payload))
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error
    }
  }

  return {
    startCall: async call => {
      try {
        await withDeadline(() => client.workflow.start(OBJECTIVE_CALL, startOptions(call, limits)))
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
      }
    },
    findRun: async callId => {
      try {
        const { status } = await withDeadline(() => client.workflow.getHandle(callId).describe())
        return status.name === 'RUNNING' ? 'running' : 'closed'
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'none'
        throw error
      }
    },
    signalAnswered: callId => signal(callId, SIGNALS.answered),
    signalLegEnded: (callId, ended) => signal(callId, SIGNALS.legEnded, { ended } satisfies LegEnded),
    signalStreamLost: (callId, generation) =>
      signal(callId, SIGNALS.streamLost, { generation } satisfies StreamLost),
    signalHostLost: (callId, generation) => signal(callId, SIGNALS.hostLost, { generation } satisfies HostLost),
    signalHandoverRequested: (callId, generation) =>
      signal(callId, SIGNALS.handoverRequested, { generation } satisfies HandoverRequested),
    signalCancelRequested: callId => signal(callId, SIGNALS.cancelRequested),
    signalMediaReady: (callId, generation, host) =>
      signal(callId, SIGNALS.mediaReady, { generation, host } satisfies MediaReady),
  }
}

const startOptions = (
  { _id, accountId, mode, request }: Call,
  limits: Omit<CallLimits, 'maxDurationSeconds'>,
) => ({
  workflowId: _id,
  taskQueue: taskQueue('calls', mode),
  args: [
    {
      callId: _id,
      mode,
      hasWebsite: request.website !== null,
      limits: { ...limits, maxDurationSeconds: request.maxDurationSeconds },
    } satisfies ObjectiveCallInput,
  ],
  workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
  workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
  staticSummary: titleOf(request, maskNumber(request.toPhoneNumber)),
  typedSearchAttributes: [
    { key: keyword('AccountId'), value: accountId },
    { key: keyword('CallStatus'), value: 'queued' },
    { key: keyword('Mode'), value: mode },
  ],
})

const keyword = (name: (typeof SEARCH_ATTRIBUTES)[number]) =>
  defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)

// temporal.api.enums.v1.IndexedValueType
const INDEXED_VALUE_TYPE_KEYWORD = 2

/** Registers the search attributes of calls with the client's namespace; those that exist already stay as they are. */
export const registerSearchAttributes = async (client: Client): Promise<void> => {
  const { namespace } = client.options
  const { operatorService } = client.connection as Connection
  const existing = await operatorService.listSearchAttributes({ namespace })
  const missing = SEARCH_ATTRIBUTES.filter(name => !(name in (existing.customAttributes ?? {})))
  if (missing.length === 0) return
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(name => [name, INDEXED_VALUE_TYPE_KEYWORD])),
  })
}

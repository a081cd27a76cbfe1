// What the commands work with: the stores and services of the API and the workers.
import { createAccountService } from '../src/accounts/service.ts'
import { createCancel } from '../src/calls/cancel.ts'
import { createDialSettlement } from '../src/calls/settle-dial.ts'
import { createCallStore } from '../src/calls/store.ts'
import type { OperatorConfig } from '../src/config.ts'
import { createConversationStore } from '../src/conversations/store.ts'
import { createCreditStore } from '../src/credits/store.ts'
import { createDialLocks } from '../src/dial-locks/service.ts'
import { createDialLockStore } from '../src/dial-locks/store.ts'
import { createDialingService } from '../src/dialing/service.ts'
import { createDialingPauseStore } from '../src/dialing/store.ts'
import { messageOf } from '../src/errors.ts'
import { createHostStore } from '../src/hosts/store.ts'
import { createKeyService } from '../src/keys/service.ts'
import { createLog } from '../src/log.ts'
import { createMongo } from '../src/providers/mongo.ts'
import type { Mongo } from '../src/providers/mongo.ts'
import type { Engine } from '../src/providers/ports.ts'
import { connectTemporal, createEngine } from '../src/providers/temporal.ts'
import { Refusal } from './command.ts'

/** What is said to the operator, and to their scripts. */
export type Say = (text: string, json: object) => void

export type Operator = Awaited<ReturnType<typeof connectOperator>>

/** Connects to the store; Temporal is reached when a command needs it. Throws a Refusal when the store cannot be reached. */
export const connectOperator = async (config: OperatorConfig, say: Say, interrupted: AbortSignal) => {
  const log = createLog('operator', 'silent')
  const mongo = await openStore(config)
  const { db } = mongo
  const temporal = connectTemporal({ address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE })
  const engine = explained(createEngine({ client: temporal.client, timeouts: config.timeouts }), config)
  const calls = createCallStore(db)
  const conversations = createConversationStore(db)
  const pauses = createDialingPauseStore(db)
  const dialLocks = createDialLocks({ locks: createDialLockStore(db), calls })
  return {
    say,
    /** Aborted by Ctrl-C. */
    interrupted,
    accounts: createAccountService(db),
    keys: createKeyService(db),
    credits: createCreditStore(db),
    calls,
    conversations,
    hosts: createHostStore(db),
    engine,
    dialing: createDialingService({ pauses, calls, engine }),
    cancel: createCancel({ calls, conversations, pauses, engine, log }),
    settleDial: createDialSettlement({ calls, dialLocks, engine }),
    leaseStaleMs: config.timeouts.leaseStaleMs,
    close: async (): Promise<void> => {
      await temporal.close()
      await mongo.close()
    },
  }
}

const openStore = async ({
  MONGODB_URL: url,
  MONGODB_DATABASE: database,
  isStoreGiven,
}: OperatorConfig): Promise<Mongo> => {
  try {
    return await createMongo({ url, database, log: createLog('operator', 'silent') })
  } catch (error) {
    throw new Refusal(
      `${messageOf(error)}\n${isStoreGiven ? 'Expected what MONGODB_URL names.' : 'There `npm start` has it; set MONGODB_URL for another one.'}`,
      { cause: error },
    )
  }
}

/** The engine, whose faults say where it was looked for. */
const explained = (engine: Engine, { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, isTemporalGiven }: OperatorConfig) => {
  const explain = (error: unknown): never => {
    throw new Refusal(
      `Temporal at ${TEMPORAL_ADDRESS}, namespace ${TEMPORAL_NAMESPACE}, cannot be reached: ${messageOf(error)}\n${isTemporalGiven ? 'Expected what TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE name.' : 'There `npm start` has it; set TEMPORAL_ADDRESS for another one.'}`,
      { cause: error },
    )
  }
  const { startCall, findRun, signalCancelRequested, signalLegEnded }: Engine = engine
  return {
    startCall: (call: Parameters<typeof startCall>[0]) => startCall(call).catch(explain),
    findRun: (id: string) => findRun(id).catch(explain),
    signalCancelRequested: (id: string) => signalCancelRequested(id).catch(explain),
    signalLegEnded: (...told: Parameters<typeof signalLegEnded>) => signalLegEnded(...told).catch(explain),
  }
}

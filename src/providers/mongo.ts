import { MongoClient, MongoError } from 'mongodb'
import type { Db } from 'mongodb'

import type { Log } from '../log.ts'
import { messageOf } from '../errors.ts'

export type Database = Db

export interface Mongo {
  client: MongoClient
  db: Db
  close: () => Promise<void>
}

// A client of the API waits for this when the store is away, and is then told so.
const SERVER_SELECTION_MS = 3_000
const SOCKET_IDLE_MS = 20_000

/** Connects to the store; throws when it cannot be reached within 3 s. Later it reconnects by itself. */
export const createMongo = async ({
  url,
  database,
  log,
  onFailure,
}: {
  url: string
  database: string
  log: Log
  /** Is told the name of every command that failed, and of missed heartbeats. */
  onFailure?: (operation: string) => void
}): Promise<Mongo> => {
  const client = new MongoClient(url, {
    appName: 'errand',
    serverSelectionTimeoutMS: SERVER_SELECTION_MS,
    connectTimeoutMS: SERVER_SELECTION_MS,
    socketTimeoutMS: SOCKET_IDLE_MS,
    monitorCommands: onFailure !== undefined,
  })
  if (onFailure) {
    client.on('commandFailed', ({ commandName }) => onFailure(commandName))
    client.on('serverHeartbeatFailed', () => onFailure('heartbeat'))
  }
  client.on('serverDescriptionChanged', ({ address, previousDescription, newDescription: { type, error } }) => {
    if (type === 'Unknown' && previousDescription.type !== 'Unknown')
      log.warn({ store: address, reason: error?.message }, 'the store does not answer')
  })
  try {
    await client.connect()
  } catch (error) {
    await client.close()
    throw new Error(`the store at ${withoutCredentials(url)} cannot be reached: ${messageOf(error)}`, {
      cause: error,
    })
  }
  return { client, db: client.db(database), close: async () => await client.close() }
}

/** Whether the store did not answer, as opposed to having refused what it was asked. */
export const isStoreUnreachable = (error: unknown): boolean =>
  error instanceof MongoError &&
  /^Mongo(Network|ServerSelection|NotConnected|TopologyClosed|PoolCleared|PoolClosed|WaitQueueTimeout|OperationTimeout)/.test(
    error.name,
  )

/** Whether the store answers a ping within `withinMs`. */
export const isStoreReachable = async (db: Db, withinMs: number): Promise<boolean> =>
  await db.command({ ping: 1 }, { timeoutMS: withinMs }).then(
    () => true,
    () => false,
  )

const withoutCredentials = (url: string): string => url.replace(/\/\/[^/@]*@/, '//')

import { createAccountService } from '../src/accounts/service.ts'
import { createKeyService } from '../src/keys/service.ts'
import { createLog } from '../src/log.ts'
import { createMongo } from '../src/providers/mongo.ts'

export interface DevelopmentAccount {
  accountId: string
  testKey: string
  liveKey: string
}

/** Makes an account with its welcome credits, a test key and a live key, in the store of a running stack. */
export const createDevelopmentAccount = async (store: {
  mongodbUrl: string
  database: string
}): Promise<DevelopmentAccount> => {
  const log = createLog('devstack', 'warn')
  const mongo = await createMongo({ url: store.mongodbUrl, database: store.database, log })
  try {
    const { accountId } = await createAccountService(mongo.db).create('Development')
    const keys = createKeyService(mongo.db)
    const testKey = await keys.create(accountId, 'test')
    return { accountId, testKey, liveKey: await keys.create(accountId, 'live') }
  } finally {
    await mongo.close()
  }
}

// Makes an account with its welcome credits, a live key and a test key, in the store that MONGODB_URL names:
//   node scripts/create-account.ts "Nopa's office"
import { createAccountService } from '../src/accounts/service.ts'
import { storeConfig } from '../src/config.ts'
import { messageOf } from '../src/errors.ts'
import { createKeyService } from '../src/keys/service.ts'
import { createLog } from '../src/log.ts'
import { createMongo } from '../src/providers/mongo.ts'

const createAccount = async (name: string): Promise<void> => {
  const { MONGODB_URL: url, MONGODB_DATABASE: database } = storeConfig(process.env)
  const mongo = await createMongo({ url, database, log: createLog('create-account', 'silent') })
  try {
    const { accountId, credits } = await createAccountService(mongo.db).create(name)
    const keys = createKeyService(mongo.db)
    console.log(`account   ${accountId}, ${credits} credits`)
    console.log(`live key  ${await keys.create(accountId, 'live')}`)
    console.log(`test key  ${await keys.create(accountId, 'test')}`)
    console.log('Keep the keys: they are not shown again.')
  } finally {
    await mongo.close()
  }
}

const [name, ...rest] = process.argv.slice(2)
if (!name || rest.length > 0) {
  console.error('Usage: node scripts/create-account.ts NAME')
  process.exit(2)
}
await createAccount(name).catch((error: unknown) => {
  console.error(`The account was not made: ${messageOf(error)}`)
  process.exit(1)
})

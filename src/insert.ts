import { MongoServerError } from 'mongodb'
import type { Collection, OptionalUnlessRequiredId } from 'mongodb'

const DUPLICATE_KEY = 11_000

/** Stores a document; false if there is one with its id already, which stays as it is. */
export const insertOnce = async <T extends { _id: string }>(
  collection: Collection<T>,
  document: OptionalUnlessRequiredId<T>,
): Promise<boolean> => {
  try {
    await collection.insertOne(document)
    return true
  } catch (error) {
    if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false
    throw error
  }
}

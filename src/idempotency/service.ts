import { createHash } from 'node:crypto'

import { AppError } from '../errors.ts'
import { newCallId } from '../ids.ts'
import type { Principal } from '../keys/service.ts'
import { REMEMBERED_MS, judgeRecord } from './record.ts'
import type { IdempotencyRecord } from './record.ts'
import type { IdempotencyStore } from './store.ts'

/** An attempt that stopped is left to its process for this long. That it is right does not depend on it (I2, I3). */
const ATTEMPT_MS = 10_000
const KEY = /^[\x20-\x7e]{1,255}$/

/** The right to make the one call of a request (I1). */
export interface Attempt {
  callId: string
  /** Has the calls of the attempts before taken back (I2); gives the one that was accepted, if there is one. */
  takeBackFormer: <T>(takeBack: (callId: string) => Promise<T | null>) => Promise<T | null>
  /** Throws `idempotency_in_progress` once another attempt has taken over (I3). */
  requireCurrent: () => Promise<void>
}

/** What is to be done with a request: make its call, or give the answer that it was given before. */
export type Begun =
  | { kind: 'answered'; answer: string }
  | {
      kind: 'attempt'
      attempt: Attempt
      /** Keeps the answer and gives the one that counts. */
      keep: (answer: string) => Promise<string>
      /** The request was not accepted, by this error. */
      giveUp: (error: unknown) => Promise<void>
    }

export type IdempotencyService = ReturnType<typeof createIdempotencyService>

/** Requests with an Idempotency-Key, over any number of processes (I1–I4 of record.ts). */
export const createIdempotencyService = (records: IdempotencyStore, attemptMs = ATTEMPT_MS) => {
  /** An attempt of this process's own, or `null` when somebody else was faster. */
  const take = async (id: string, bodyHash: string, held: IdempotencyRecord | null): Promise<Begun | null> => {
    const now = Date.now()
    const next = {
      callId: newCallId(),
      until: new Date(now + attemptMs),
      expiresAt: new Date(now + REMEMBERED_MS),
    }
    const isTaken = held
      ? await records.takeOver(held, next)
      : await records.insert({ _id: id, bodyHash, former: [], answer: null, ...next })
    return isTaken ? attemptOf(id, next.callId, held ? [...held.former, held.callId] : []) : null
  }

  const attemptOf = (id: string, callId: string, former: string[]): Begun => ({
    kind: 'attempt',
    attempt: {
      callId,
      takeBackFormer: async takeBack => {
        for (let callId = former[0]; callId !== undefined; callId = former[0]) {
          const accepted = await takeBack(callId)
          if (accepted !== null) return accepted
          former.shift()
        }
        return null
      },
      requireCurrent: async () => {
        if ((await records.find(id))?.callId !== callId) throw inProgress()
      },
    },
    keep: async answer => {
      if (await records.keep(id, callId, answer, new Date(Date.now() + REMEMBERED_MS))) return answer
      const record = await records.find(id)
      if (record?.answer) return record.answer
      throw inProgress()
    },
    giveUp: async error => {
      // After any other error it is not known how far the request came.
      const isRefused = error instanceof AppError && former.length === 0
      await (isRefused ? records.forget(id, callId) : records.letGo(id, callId, former, new Date()))
    },
  })

  return {
    /** Begins a request, or throws `idempotency_conflict`, `idempotency_in_progress` or `validation_error`. */
    begin: async ({ accountId, mode }: Principal, key: string, body: unknown): Promise<Begun> => {
      if (!KEY.test(key))
        throw new AppError(
          'validation_error',
          'Invalid value of header Idempotency-Key. Expected 1 to 255 printable ASCII characters',
        )
      const id = `${accountId}/${mode}/${sha256(key)}`
      const bodyHash = sha256(canonical(body))
      for (;;) {
        const record = await records.find(id)
        const now = new Date()
        const verdict = record && judgeRecord(record, bodyHash, now)
        if (verdict === 'conflict') throw conflict()
        if (verdict === 'running') throw inProgress()
        if (record?.answer && verdict === 'answered') return { kind: 'answered', answer: record.answer }
        if (verdict === 'expired') await records.prune(now, id)
        const begun = await take(id, bodyHash, verdict === 'abandoned' ? record : null)
        if (begun) return begun
      }
    },
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** JSON whose objects have their fields in one order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

const conflict = (): AppError =>
  new AppError(
    'idempotency_conflict',
    'This Idempotency-Key was used with another body within the last 24 hours. Expected the same body, or a new key',
  )

const inProgress = (): AppError =>
  new AppError(
    'idempotency_in_progress',
    'A request with this Idempotency-Key is being carried out. Expected a retry when it is done',
    { 'Retry-After': '1' },
  )

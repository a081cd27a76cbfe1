import type { Collection, Db, Filter } from 'mongodb'

import { insertOnce } from '../insert.ts'
import { newConversation, turnKey } from './conversation.ts'
import type { AnsweredBy } from '../calls/call.ts'
import type { Conversation, ConversationEnd, Detection, ReadyHost, StoredTurn } from './conversation.ts'

/** What is watched of a conversation, and others may change. */
export type ConversationState = Pick<
  Conversation,
  '_id' | 'generation' | 'moving' | 'detected' | 'cancelRequestedAt' | 'ended' | 'rev'
> & { ready: Pick<ReadyHost, 'generation'> | null }

export type ConversationStore = ReturnType<typeof createConversationStore>

/** The collection `conversations`: every change is one conditional update (V1–V4 of conversation.ts). */
export const createConversationStore = (db: Db) => {
  const conversations: Collection<Conversation> = db.collection<Conversation>('conversations')

  const change = async (
    filter: Filter<Conversation>,
    facts: Record<string, unknown>,
    returnDocument: 'before' | 'after' = 'after',
  ): Promise<Conversation | null> =>
    await conversations.findOneAndUpdate(filter, { $set: facts, $inc: { rev: 1 } }, { returnDocument })

  const held = (callId: string, generation: number): Filter<Conversation> => ({
    _id: callId,
    generation,
    sealed: null,
  })

  return {
    ensureIndexes: async (): Promise<void> => {
      await conversations.createIndex({ host: 1 })
      await conversations.createIndex({ 'preparing.host': 1 })
    },

    /** Makes the document if there is none. An insert, because the embedded store leaves out nulls of an upsert. */
    ensure: async (callId: string): Promise<void> => {
      await insertOnce(conversations, newConversation(callId))
    },

    find: async (callId: string): Promise<Conversation | null> => await conversations.findOne({ _id: callId }),

    /** The state of conversations, without their turns. */
    findStates: async (callIds: string[]): Promise<ConversationState[]> =>
      await conversations
        .find({ _id: { $in: callIds } })
        .project<ConversationState>({
          generation: 1,
          moving: 1,
          detected: 1,
          cancelRequestedAt: 1,
          ended: 1,
          rev: 1,
          'ready.generation': 1,
        })
        .toArray(),

    /** Notes who prepares a generation, unless it is too late for that; gives the conversation as it is then. */
    prepare: async (callId: string, generation: number, host: string): Promise<Conversation | null> =>
      (await change(
        { _id: callId, generation: { $lt: generation }, ended: null, sealed: null },
        { preparing: { generation, host } },
      )) ?? (await conversations.findOne({ _id: callId })),

    /** Offers a host for a later generation; false if the conversation is over, or a later one holds it or is ready. */
    setReady: async (callId: string, ready: ReadyHost): Promise<boolean> =>
      (await change(
        {
          _id: callId,
          generation: { $lt: ready.generation },
          $or: [{ ready: null }, { 'ready.generation': { $lt: ready.generation } }],
          ended: null,
          sealed: null,
        },
        { ready },
      )) !== null,

    /**
     * Admits the stream of `generation` and uses up its token; `null` for a wrong, used or expired one. Returns the
     * conversation as the generation before left it.
     */
    start: async (callId: string, generation: number, token: string, now: Date): Promise<Conversation | null> => {
      const conversation = await conversations.findOne({ _id: callId })
      return await change(
        {
          _id: callId,
          generation: { $lt: generation },
          'ready.generation': generation,
          'ready.token': token,
          'ready.expiresAt': { $gt: now },
          ended: null,
          sealed: null,
        },
        {
          generation,
          host: conversation?.ready?.host ?? null,
          'ready.token': null,
          moving: null,
          started: conversation?.started ?? now,
        },
        'before',
      )
    },

    /** Stores a turn, spoken or still being spoken; false if this generation no longer holds the conversation. */
    putTurn: async (
      callId: string,
      generation: number,
      index: number,
      turn: StoredTurn,
      mediaMs: number,
    ): Promise<boolean> =>
      (await change(held(callId, generation), { [`turns.${turnKey(index)}`]: turn, mediaMs })) !== null,

    /** The callee does not want to be called again; false if this generation no longer holds the conversation. */
    noteDoNotCall: async (callId: string, generation: number, now: Date): Promise<boolean> =>
      (await change(held(callId, generation), { doNotCallAt: now })) !== null,

    /** The host's own decision to end; false if it was ended already, or is being taken away from this generation. */
    endByHost: async (callId: string, generation: number, end: ConversationEnd): Promise<boolean> =>
      (await change({ ...held(callId, generation), moving: { $ne: generation }, ended: null }, { ended: end })) !==
      null,

    /** The host lets go of its stream with everything stored; false if it does not hold it any more. */
    release: async (callId: string, generation: number): Promise<boolean> =>
      (await change(held(callId, generation), { released: generation })) !== null,

    /** Takes the conversation away from a silent host's generation; false if it is over, or held by another one. */
    setMoving: async (callId: string, generation: number): Promise<boolean> =>
      (await change({ ...held(callId, generation), ended: null }, { moving: generation })) !== null,

    /** What a host has to do with: conversations under its stream, and those that it was asked for; with its generation. */
    findHeldBy: async (host: string): Promise<Pick<Conversation, '_id' | 'generation'>[]> => {
      const found = await conversations
        .find({ $or: [{ host }, { 'preparing.host': host }], ended: null, sealed: null })
        .project<Pick<Conversation, '_id' | 'generation' | 'host' | 'preparing'>>({
          generation: 1,
          host: 1,
          preparing: 1,
        })
        .toArray()
      return found.flatMap(({ _id, generation, host: holder, preparing }) => {
        const isAsked = preparing?.host === host && preparing.generation > generation
        if (isAsked) return { _id, generation: preparing.generation }
        return holder === host ? { _id, generation } : []
      })
    },

    /** The end by the carrier's terminal word or the workflow's; false if it was ended already. */
    end: async (callId: string, end: ConversationEnd): Promise<boolean> =>
      (await change({ _id: callId, ended: null }, { ended: end })) !== null,

    /** The client wants it ended: its host says goodbye. Changes nothing when it has ended. */
    requestGoodbye: async (callId: string, now: Date): Promise<void> => {
      await change({ _id: callId, cancelRequestedAt: null, ended: null }, { cancelRequestedAt: now })
    },

    /** The carrier's word on who answered; only its first counts. */
    noteDetection: async (callId: string, detected: Detection): Promise<void> => {
      await change({ _id: callId, detected: null, sealed: null }, { detected })
    },

    /** Nothing is written after this; `mediaMs` is the whole conversation's length. */
    seal: async (
      callId: string,
      generation: number,
      now: Date,
      { mediaMs, answeredBy }: { mediaMs: number; answeredBy: AnsweredBy | null },
    ): Promise<boolean> =>
      (await change(
        { ...held(callId, generation), ended: { $ne: null } },
        { sealed: now, mediaMs, ...(answeredBy && { answeredBy }) },
      )) !== null,

    /** Seals for a host that did not; returns the conversation as it stays. */
    sealForHost: async (callId: string, now: Date): Promise<Conversation | null> =>
      (await change({ _id: callId, sealed: null }, { sealed: now })) ??
      (await conversations.findOne({ _id: callId })),
  }
}

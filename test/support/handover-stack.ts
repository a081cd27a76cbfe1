// Processes with several media hosts, and calls on them that know which host holds them.
import { setTimeout as delay } from 'node:timers/promises'

import { MongoClient } from 'mongodb'
import { expect } from 'vitest'

import { createDevelopmentAccount } from '../../devstack/account.ts'
import { postCall } from '../../devstack/demo/call.ts'
import type { WireCall } from '../../devstack/demo/call.ts'
import { dialsOf, legsOf } from '../../devstack/demo/differences.ts'
import type { WireTurn } from '../../devstack/demo/turns.ts'
import { readmeRequest } from '../../devstack/demo/request.ts'
import type { Conversation } from '../../src/conversations/conversation.ts'
import type { Credits } from '../../src/credits/credit.ts'
import type { HostLease } from '../../src/hosts/host.ts'
import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'
import { createProcesses } from './processes.ts'
import type { ProcessName, ProcessOptions } from './processes.ts'

const POLL_MS = 10
const ENDED = ['completed', 'failed', 'canceled']
const CALLS = ['calls', 'calls-2'] as const
const MEDIA = ['media', 'media-2', 'media-3'] as const

export const startHandoverStack = async (options: ProcessOptions = {}) => {
  const processes = await createProcesses(options)
  const mongo = await MongoClient.connect(processes.mongodbUrl)
  const db = mongo.db(processes.database)
  const conversations = db.collection<Conversation>('conversations')
  const hosts = db.collection<HostLease>('hosts')

  /** Asks until there is an answer. */
  const until = async <T>(ask: () => Promise<T | null | undefined | false>): Promise<T> => {
    for (;;) {
      const answer = await ask()
      if (answer) return answer
      await delay(POLL_MS)
    }
  }

  const place = async (scenarioName: string) => {
    const scenario = SCENARIOS.find(({ name }) => name === scenarioName)!
    const { accountId, testKey } = await createDevelopmentAccount(processes)
    const request = await readmeRequest(processes.sandboxUrl)
    const callId = await postCall(processes.apiUrl, testKey, { ...request, to_phone_number: scenario.number })
    const stored = () => conversations.findOne({ _id: callId })

    return {
      callId,
      stored,

      /** Until the agent is in the middle of a sentence with these words, in this generation or a later one. */
      agentSays: (words: RegExp, generation = 1): Promise<Conversation> =>
        until(async () => {
          const conversation = await stored()
          const isSaying = Object.values(conversation?.turns ?? {}).some(
            ({ role, text, final }) => role === 'agent' && !final && words.test(text),
          )
          return isSaying && conversation!.generation >= generation && conversation
        }),

      /** Until the carrier has made its leg, which nobody has answered yet. */
      rings: (): Promise<unknown> => until(async () => (await legsOf(processes.sandboxUrl, callId))[0]),

      /** Until the stream of a generation runs. */
      generation: (generation: number): Promise<Conversation> =>
        until(async () => {
          const conversation = await stored()
          return conversation && conversation.generation >= generation && conversation
        }),

      /** The calls worker that has the workflow in its memory. */
      worker: async (): Promise<ProcessName> => {
        const { events } = await processes.client.workflow.getHandle(callId).fetchHistory()
        const tasks = (events ?? []).map(one => one.workflowTaskStartedEventAttributes?.identity ?? '')
        const pid = Number.parseInt(tasks.findLast(identity => identity !== '') ?? '')
        return CALLS.find(name => processes.pidOf(name) === pid)!
      },

      /** The process whose host holds the conversation, or is ready for it. */
      host: async (): Promise<ProcessName> => {
        const { host, ready } = (await stored())!
        const { url } = (await hosts.findOne({ _id: (host ?? ready?.host)! }))!
        const port = new URL(url).port
        return MEDIA.find(name => new URL(processes.urlOf(name)).port === port)!
      },

      ended: (): Promise<WireCall> =>
        until(async () => {
          const response = await fetch(`${processes.apiUrl}/api/v1/calls/${callId}`, {
            headers: { 'x-api-key': testKey },
          })
          const { data } = (await response.json()) as { data: WireCall }
          return ENDED.includes(data.status) && data
        }),

      /** The carrier's account of its only leg. */
      leg: async () => (await legsOf(processes.sandboxUrl, callId))[0]!,

      /** How many legs the carrier made for it. */
      dials: () => dialsOf(processes.sandboxUrl, callId),

      account: async (): Promise<Credits> =>
        (await db.collection<Credits & { _id: string }>('accounts').findOne({ _id: accountId }))!,
    }
  }

  return {
    ...processes,
    hosts,
    place,
    kill: async (...names: ProcessName[]): Promise<void> => {
      await Promise.all(names.filter(processes.isRunning).map(processes.kill))
    },
    /** Starts those that do not run any more. */
    restart: async (...names: ProcessName[]): Promise<void> =>
      await processes.start(...names.filter(name => !processes.isRunning(name))),
    close: async (): Promise<void> => {
      await mongo.close()
      await processes.close()
    },
  }
}

/** What the carrier itself says while it waits. */
const CARRIERS = /^(One moment please|I am sorry, the line was lost)/

/**
 * Every turn is what was heard or said on the line, in order: a whole one word for word, of one that was cut off no more
 * than what was heard; and everything that the callee heard to its end is there, once.
 */
export const expectFaithful = (turns: readonly WireTurn[], { callee }: LegAccount): void => {
  const heard = callee.filter(({ kind, text }) => kind === 'heard' && text !== '' && !CARRIERS.test(text))
  const said = callee.filter(({ kind }) => kind === 'said').map(({ text }) => text)
  const cut = turns.filter(({ role, interrupted }) => role === 'agent' && interrupted).map(({ text }) => text)
  for (const text of cut) expect(heard.some(line => line.text.startsWith(text))).toBe(true)
  const isCut = (text: string): boolean => cut.some(start => text.startsWith(start))
  const whole = turns.filter(({ role, interrupted }) => role === 'agent' && !interrupted).map(({ text }) => text)
  const heardWhole = heard.filter(line => line.whole).map(({ text }) => text)
  expect(whole).toEqual(heardWhole.filter(text => whole.includes(text)))
  expect(heardWhole.filter(text => !whole.includes(text) && !isCut(text))).toEqual([])
  // The beginning of what was said into the gap is lost; the sandbox's listener says so by […].
  for (const { text } of turns.filter(({ role, interrupted }) => role === 'callee' && !interrupted))
    expect(said.some(line => line.endsWith(text.replace(/^\[…\]/, '')))).toBe(true)
}

export type HandoverStack = Awaited<ReturnType<typeof startHandoverStack>>
export type HandoverCall = Awaited<ReturnType<HandoverStack['place']>>

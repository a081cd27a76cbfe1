// The operator's command line over a real store and a real Temporal; where the process matters, as one.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'

import { runCommandLine } from '../../operator/command-line.ts'
import { newCall } from '../../src/calls/call.ts'
import type { Call, Mode } from '../../src/calls/call.ts'
import { createCallStore } from '../../src/calls/store.ts'
import { createConversationStore } from '../../src/conversations/store.ts'
import { createCreditStore } from '../../src/credits/store.ts'
import { createDialingPauseStore } from '../../src/dialing/store.ts'
import { createHostStore } from '../../src/hosts/store.ts'
import { newCallId, newId } from '../../src/ids.ts'
import { createKeyService } from '../../src/keys/service.ts'
import { createLog } from '../../src/log.ts'
import { createMongo } from '../../src/providers/mongo.ts'
import { createTestNamespace } from '../workflows/engine.ts'
import { callRequest } from '../support/call-request.ts'

const MAIN = join(import.meta.dirname, '../../operator/main.ts')
const LEG = 'CA0123456789abcdef0123456789abcdef'

let env: NodeJS.ProcessEnv
let world: Awaited<ReturnType<typeof createWorld>>
let account: { account_id: string; live_key: string; test_key: string }

const createWorld = async () => {
  const temporal = await createTestNamespace()
  const database = newId('operator')
  const url = inject('mongodbUrl')
  const mongo = await createMongo({ url, database, log: createLog('test', 'silent') })
  const { db } = mongo
  env = {
    MONGODB_URL: url,
    MONGODB_DATABASE: database,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
  }
  return {
    calls: createCallStore(db),
    conversations: createConversationStore(db),
    credits: createCreditStore(db),
    keys: createKeyService(db),
    hosts: createHostStore(db),
    pauses: createDialingPauseStore(db),
    client: temporal.client,
    close: async (): Promise<void> => {
      await db.dropDatabase()
      await mongo.close()
      await temporal.close()
    },
  }
}

/** As an operator has it. */
const start = (words: string[], changes: NodeJS.ProcessEnv = {}) => {
  const child = spawn(process.execPath, [MAIN, ...words], { env: { ...env, ...changes } })
  let [out, err] = ['', '']
  child.stdout.on('data', chunk => (out += String(chunk)))
  child.stderr.on('data', chunk => (err += String(chunk)))
  const ended = new Promise<Ran>(resolve => {
    child.on('close', code => resolve({ code, out, err }))
  })
  return { child, ended }
}

interface Ran {
  code: number | null
  out: string
  err: string
}

/** What a process does besides this is in the tests that start one. */
const runWith = async (changes: NodeJS.ProcessEnv, ...words: string[]): Promise<Ran> => {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await runCommandLine(words, {
    env: { ...env, ...changes },
    out: text => void out.push(`${text}\n`),
    err: text => void err.push(`${text}\n`),
    interrupted: new AbortController().signal,
  })
  return { code, out: out.join(''), err: err.join('') }
}

const run = async (...words: string[]): Promise<Ran> => await runWith({}, ...words)

/** What a command says with --json; it must have been done. */
const json = async <T>(...words: string[]): Promise<T> => {
  const { code, out, err } = await run(...words, '--json')
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out) as T
}

/** A command that could not be done says nothing but why, and what was expected. */
const refused = async (words: string[], text: string, code = 1): Promise<void> =>
  expect(await run(...words)).toEqual({ code, out: '', err: expect.stringContaining(text) })

/** An accepted call of the account's that holds its credit. */
const queue = async (mode: Mode = 'test', objective = 'Book a table for 2'): Promise<Call> => {
  const request = callRequest({ objective, businessName: 'Nopa' })
  const call = newCall(newCallId(), account.account_id, mode, request, new Date())
  await world.calls.insert(call)
  return (await world.calls.advance(call._id, 'queued'))!
}

const talk = async ({ _id }: Call): Promise<(index: number, text: string) => Promise<unknown>> => {
  await world.calls.advance(_id, 'in_progress', { startedAt: new Date() })
  await world.conversations.ensure(_id)
  const expiresAt = new Date(Date.now() + 60_000)
  await world.conversations.setReady(_id, { generation: 1, host: 'h', url: 'ws://h', token: 't', expiresAt })
  await world.conversations.start(_id, 1, 't', new Date())
  return async (index, text) => {
    const turn = {
      role: index % 2 === 0 ? 'callee' : 'agent',
      text,
      atMs: index * 61_000,
      interrupted: false,
    } as const
    return await world.conversations.putTurn(_id, 1, index, { ...turn, final: true }, 1_000)
  }
}

const unknownDial = async (): Promise<Call> => {
  const call = await queue()
  await world.calls.claimDial(call._id, new Date(Date.now() - 1))
  await world.calls.setDialState(call._id, 'unknown')
  return call
}

const runOf = async ({ _id }: Call): Promise<string> =>
  await world.client.workflow
    .getHandle(_id)
    .describe()
    .then(
      ({ status }) => status.name,
      () => 'none',
    )

beforeAll(async () => {
  world = await createWorld()
  const { code, out, err } = await start(['accounts', 'create', "Nopa's office", '--json']).ended
  expect([code, err]).toEqual([0, ''])
  account = JSON.parse(out) as typeof account
})
afterAll(async () => await world.close())

describe('how it is used', () => {
  it('is told by pages, which are no error when they are asked for', async () => {
    const [all, topic, one] = await Promise.all([
      start(['--help']).ended,
      run('calls', '--help'),
      run('calls', 'settle', '--help'),
    ])
    for (const { code, err } of [all, topic, one]) expect([code, err]).toEqual([0, ''])
    for (const name of [
      'accounts create NAME',
      'keys rotate KEY',
      'credits add ACCOUNT N',
      'dialing pause',
      'hosts',
    ])
      expect(all.out).toContain(name)
    expect(topic.out).not.toContain('accounts create')
    expect(one.out).toMatch(/^usage: npm run errand -- calls settle CALL \[options\]\n[^]*--not-dialled/)
  })

  it.each([
    [[], 'what is to be done?'],
    [['accounts'], 'accounts create NAME'],
    [['phones', 'list'], 'there is no command "phones list"'],
    [['accounts', 'create'], 'NAME is missing'],
    [['accounts', 'limit', 'acc_1'], 'no limit is named'],
    [['accounts', 'limit', 'acc_1', '--open-calls', '-1'], '--open-calls'],
    [['keys', 'create', 'acc_1'], 'expected live or test'],
    [['keys', 'rotate', 'k', '--overlap', '1 day'], 'such as 30m, 24h or 7d'],
    [['calls', 'settle', 'cl_1'], 'expected one finding'],
    [['hosts', '--slots'], "Unknown option '--slots'"],
  ])('%j is wrong usage, without a store', async (words, text) => {
    const away = { MONGODB_URL: 'mongodb://127.0.0.1:1' }
    expect(await runWith(away, ...words)).toEqual({ code: 2, out: '', err: expect.stringContaining(text) })
  })

  it('is that of npm start on this machine when nothing is set, and says where it looked', async () => {
    const nothing = { MONGODB_URL: '', TEMPORAL_ADDRESS: '', STORE_PORT: '1', TEMPORAL_PORT: '1' }
    const { code, out, err } = await start(['hosts'], nothing).ended
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^errand: the store at mongodb:\/\/127\.0\.0\.1:1 cannot be reached: .*\n.*`npm start`/)
  })
})

describe('accounts', () => {
  it('are made with their credits and a key of each mode', async () => {
    for (const mode of ['live', 'test'] as const)
      expect(await world.keys.authenticate(account[`${mode}_key`])).toMatchObject({
        accountId: account.account_id,
        mode,
      })
    expect(await world.credits.remaining(account.account_id)).toBe(5)
    const { out } = await run('accounts', 'list')
    expect(out).toMatch(new RegExp(`^${account.account_id} .* Nopa's office$`, 'm'))
  })

  it('have limits, for live and for test calls', async () => {
    const { account_id: id } = await json<typeof account>('accounts', 'create', 'Limited')
    const numbers = ['--open-calls', '3', '--credits-per-day', '9', '--calls-per-number-per-hour', '2']
    const limited = await json<object>('accounts', 'limit', id, ...numbers, '--calling-hours', 'on')
    const limits = { open_calls: 3, credits_per_day: 9, calls_per_number_per_hour: 2, calling_hours: true }
    expect(limited).toMatchObject({ account_id: id, limits })
    for (const purse of [id, `${id}_live`])
      expect(await world.credits.standing(purse, new Date())).toMatchObject({ openCallsCap: 3, creditsPerDay: 9 })
    await run('accounts', 'limit', id, '--credits-per-day', 'off', '--calls-per-number-per-hour', 'off')
    expect(await json('accounts', 'show', id)).toMatchObject({
      limits: { ...limits, credits_per_day: null, calls_per_number_per_hour: null },
      test: { balance: 5, held: 0, open_calls: 0, spent_today: 0 },
    })
  })

  it('that are not there are told so by every command that takes one', async () => {
    const text = 'there is no account "acc_none"; expected the id of an account'
    await Promise.all(
      [
        ['accounts', 'show', 'acc_none'],
        ['keys', 'list', 'acc_none'],
        ['credits', 'add', 'acc_none', '1', '--mode', 'test'],
      ].map(words => refused(words, text)),
    )
  })
})

describe('keys', () => {
  interface Key {
    key_id: string
    key: string
  }
  const isAccepted = async (secret: string): Promise<boolean> => (await world.keys.authenticate(secret)) !== null

  it('are shown once, and listed by their ids', async () => {
    const { key_id: id, key } = await json<Key>('keys', 'create', account.account_id, '--mode', 'test')
    const { out } = await run('keys', 'list', account.account_id)
    expect(out).toMatch(new RegExp(`^${id} +test .* active$`, 'm'))
    expect(out).not.toContain(key)
    expect(await isAccepted(key)).toBe(true)
  })

  it('are rotated once: both are good until the old one ends', async () => {
    const old = await json<Key>('keys', 'create', account.account_id, '--mode', 'live')
    const next = await json<Key>('keys', 'rotate', old.key_id, '--overlap', '1h')
    expect([await isAccepted(old.key), await isAccepted(next.key)]).toEqual([true, true])
    await refused(['keys', 'rotate', old.key_id], 'ends 20')
    const last = await json<Key>('keys', 'rotate', next.key_id, '--overlap', '0')
    expect([await isAccepted(next.key), await isAccepted(last.key)]).toEqual([false, true])
    expect(last.key).toMatch(/^ak_live_/)
  })

  it('are revoked at once, and again without harm', async () => {
    const { key_id: id, key } = await json<Key>('keys', 'create', account.account_id, '--mode', 'test')
    const first = await run('keys', 'revoke', id)
    expect(first.out).toContain(`${id} is revoked 20`)
    expect(await isAccepted(key)).toBe(false)
    expect(await run('keys', 'revoke', id)).toEqual(first)
    await refused(['keys', 'revoke', key], 'expected the id of a key')
  })
})

it('credits are added once for one id', async () => {
  const add = ['credits', 'add', account.account_id, '7', '--mode', 'live', '--id', 'invoice-1']
  expect(await json(...add)).toEqual({ grant_id: 'op_invoice-1', is_added: true, balance: 12 })
  expect(await json(...add)).toEqual({ grant_id: 'op_invoice-1', is_added: false, balance: 12 })
  const entries = await world.credits.listEntries(`${account.account_id}_live`, { limit: 9 })
  expect(entries?.map(({ cause, credits }) => [cause, credits])).toContainEqual(['op_invoice-1', 7])
})

describe('calls', () => {
  it('are listed over all accounts, newest first, with masked numbers', async () => {
    const [first, second] = [await queue('live'), await queue()]
    const { out } = await run('calls', 'list')
    const ids = out.split('\n').flatMap(line => /^cl_\w+/.exec(line) ?? [])
    expect(ids.indexOf(second._id)).toBe(ids.indexOf(first._id) - 1)
    expect(out).toContain('+1415***0100')
    const live = await json<{ call_id: string; mode: string }[]>(
      'calls',
      'list',
      '--mode',
      'live',
      '--status',
      'queued',
    )
    expect(live).toMatchObject([{ call_id: first._id, mode: 'live', account_id: account.account_id }])
    await refused(['calls', 'list', '--status', 'ringing'], 'expected queued, dialing, in_progress', 2)
  })

  it('are shown with the number, the dial, and whether their workflow runs', async () => {
    const { _id } = await queue()
    const { code, out } = await run('calls', 'show', _id)
    expect(code).toBe(0)
    expect(out).toMatch(/^number +\+14155550100$/m)
    expect(out).toMatch(/^workflow +not started$/m)
    await refused(['calls', 'show', newCallId()], 'there is no call "cl_')
  })

  it('say nothing that the terminal would obey, or that looks like a line of ours', async () => {
    const { _id } = await queue('test', 'Book\u001b[2J\u009b2J a table\nstatus  completed')
    const { out } = await run('calls', 'show', _id)
    expect(out).toMatch(/^objective +Book\uFFFD\[2J\uFFFD2J a table status completed$/m)
  })

  it('are followed until they have ended', async () => {
    const call = await queue()
    const { child, ended } = start(['calls', 'tail', call._id])
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const next = async (): Promise<unknown> => (await lines.next()).value
    expect(await next()).toBe('--- queued')
    const say = await talk(call)
    await say(0, 'Hello?')
    expect(await next()).toBe('--- in_progress')
    expect(await next()).toBe(' 0:00  Callee: Hello?')
    await say(1, 'Goodbye.')
    expect(await next()).toBe(' 1:01  Agent: Goodbye.')
    await world.calls.advance(call._id, 'failed', { errorCode: 'call_failed', errorMessage: 'It broke.' })
    expect(await next()).toBe('--- failed: call_failed, It broke.')
    expect(await ended).toMatchObject({ code: 0, err: '' })
  })

  it('are no longer followed after Ctrl-C, quietly', async () => {
    const { child, ended } = start(['calls', 'tail', (await queue())._id, '--json'])
    child.stdout.once('data', () => child.kill('SIGINT'))
    const { code, out, err } = await ended
    expect([code, err, JSON.parse(out)]).toMatchObject([0, '', { status: 'queued' }])
  })

  it('are hung up as their clients would, once', async () => {
    const call = await queue()
    await talk(call)
    expect(await json('calls', 'hangup', call._id)).toEqual({ call_id: call._id, status: 'in_progress' })
    expect((await world.calls.find(call._id))?.cancelRequestedAt).toBeInstanceOf(Date)
    expect((await world.conversations.find(call._id))?.cancelRequestedAt).toBeInstanceOf(Date)
    const over = await queue()
    await world.calls.advance(over._id, 'failed', { errorCode: 'busy' })
    await refused(['calls', 'hangup', over._id], 'The call is over')
  })

  it('whose dial is unknown are settled by what was found out', async () => {
    const [open, ended, known] = [await unknownDial(), await unknownDial(), await queue()]
    await world.calls.advance(ended._id, 'failed', { errorCode: 'dial_unknown' })
    const [first, second] = await Promise.all([
      run('calls', 'settle', open._id, '--leg', LEG),
      run('calls', 'settle', ended._id, '--not-dialled'),
    ])
    expect([first.code, first.out]).toEqual([0, expect.stringContaining('goes on with its leg')])
    expect([second.code, second.out]).toEqual([0, expect.stringContaining('stays failed')])
    expect(await world.calls.find(open._id)).toMatchObject({ legId: LEG, dial: { state: 'submitted' } })
    const { out } = await run('calls', 'list', '--error', 'dial_unknown')
    expect(out).toMatch(new RegExp(`${ended._id} .* dial_unknown, settled`))
    await refused(['calls', 'settle', known._id, '--not-dialled'], 'it was not dialled yet')
    await refused(['calls', 'settle', ended._id, '--leg', LEG], 'it was settled 20')
    const third = await unknownDial()
    await refused(['calls', 'settle', third._id, '--leg', LEG], `the leg is that of ${open._id}`)
  })
})

describe('dialing', () => {
  it('is paused for all processes, and what waited is started by the resume itself', async () => {
    expect(await json('dialing', 'pause')).toMatchObject([{ is_paused: true }, { is_paused: true }])
    expect([await world.pauses.isPaused('live'), await world.pauses.isPaused('test')]).toEqual([true, true])
    const [waiting, canceled] = [await queue(), await queue()]
    expect((await run('calls', 'show', waiting._id)).out).toContain('queued, dialing is paused since 20')
    await run('calls', 'hangup', canceled._id)
    expect([await runOf(waiting), await runOf(canceled)]).toEqual(['none', 'RUNNING'])

    const away = await runWith({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, 'dialing', 'resume', '--mode', 'test')
    expect([away.code, away.err]).toEqual([
      1,
      expect.stringMatching(/^errand: Temporal at 127\.0\.0\.1:1[^]*is resumed/),
    ])
    expect(await json('dialing', 'show')).toMatchObject([{ mode: 'live', is_paused: true }, { is_paused: false }])
    expect(await json('dialing', 'resume')).toMatchObject([{ is_paused: false }, { is_paused: false }])
    expect(await runOf(waiting)).toBe('RUNNING')
  })
})

it('hosts are listed by their leases', async () => {
  const lease = { _id: 'host-1', url: 'ws://h/streams', mode: 'live', slots: 20, live: 3 } as const
  await world.hosts.renew({ ...lease, renewedAt: new Date(), draining: true })
  await world.hosts.renew({ ...lease, _id: 'host-2', mode: 'test', renewedAt: new Date(Date.now() - 60_000) })
  expect(await json('hosts')).toMatchObject([
    { host: 'host-1', mode: 'live', state: 'stopping', in_use: 3, slots: 20, url: 'ws://h/streams' },
    { host: 'host-2', mode: 'test', state: 'silent' },
  ])
  expect((await run('hosts', '--mode', 'live')).out).not.toContain('host-2')
})

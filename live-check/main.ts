// `npm run live-check`: one real call, whose media host is killed in the middle. What the carrier does then is not in
// its documentation; here it is seen, and written to .data/live-check/live-check.json.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { createDevelopmentAccount } from '../devstack/account.ts'
import { postCall } from '../devstack/demo/call.ts'
import { optionsOrExit, parseNothing } from '../devstack/options.ts'
import { createProgress } from '../devstack/progress.ts'
import { SetupError } from '../devstack/setup-error.ts'
import { runCommand } from '../devstack/signals.ts'
import { startStack } from '../devstack/stack.ts'
import type { Stack } from '../devstack/stack.ts'
import { turnsOf } from '../src/conversations/conversation.ts'
import { createLog } from '../src/log.ts'
import { createMongo } from '../src/providers/mongo.ts'
import { createObserver, isOver, isTalking } from './call.ts'
import { findInLists } from './carrier-list.ts'
import { readSettings, settingsPage } from './settings.ts'
import type { LiveSettings } from './settings.ts'

const DATA = process.env['LIVE_CHECK_DATA'] || join(import.meta.dirname, '..', '.data', 'live-check')
const NAME = 'live-check'
const OBJECTIVE =
  'This is a technical test of a phone line, agreed with the callee. Ask how they are, then ask them to count slowly to ten, thank them and say goodbye.'
const LEG_MS = 60_000
const TALK_MS = 120_000
const AFTER_LOSS_MS = 30_000
const END_MS = 300_000

const observe = async (stack: Stack, settings: LiveSettings, signal: AbortSignal) => {
  const mongo = await createMongo({
    url: stack.mongodbUrl,
    database: stack.database,
    log: createLog('live-check', 'warn'),
  })
  try {
    const { liveKey } = await createDevelopmentAccount(stack)
    const callId = await postCall(stack.apiUrl, liveKey, {
      to_phone_number: settings.LIVE_CHECK_NUMBER,
      objective: OBJECTIVE,
    })
    console.log(`call         ${callId}: pick up, and talk with the agent`)
    const observer = createObserver(mongo.db, callId, signal)

    const dialed = await observer.until(({ call }) => call.legId !== null, LEG_MS)
    if (!dialed?.call.legId) throw new SetupError('the carrier took no dial within a minute; see the logs')
    const baseUrl = process.env['TWILIO_BASE_URL'] || 'https://api.twilio.com'
    const listed = await findInLists(settings, baseUrl, dialed.call.legId)
    console.log(`list         ${JSON.stringify(listed)}`)

    const talking = await observer.until(seen => isTalking(seen) || isOver(seen), TALK_MS)
    if (!talking || isOver(talking)) throw new SetupError('nobody talked with the agent; nothing was learned')
    const url = await observer.hostUrl(talking)
    const name = url.startsWith(settings.MEDIA_2_PUBLIC_URL.replace(/\/$/, '')) ? 'media-live-2' : 'media-live'
    const lost = talking.conversation?.generation ?? 0
    const killedAt = Date.now()
    await stack.kill(name)
    console.log(`killed       ${name}, which held the conversation`)

    const next = await observer.until(
      seen => (seen.conversation?.generation ?? 0) > lost || seen.call.leg.ended !== null,
      AFTER_LOSS_MS,
    )
    const carrierDid =
      next === null
        ? 'nothing'
        : (next.conversation?.generation ?? 0) > lost
          ? 'asked for instructions'
          : 'ended the call'
    const afterMs = next && Date.now() - killedAt
    console.log(
      `carrier      ${carrierDid}${afterMs === null ? '' : ` (the next step was seen after ${afterMs} ms)`}`,
    )

    const end = await observer.until(isOver, END_MS)
    return {
      at: new Date(killedAt).toISOString(),
      callId,
      queuedCallInLists: listed,
      whenASocketBreaks: { carrierDid, afterMs },
      ended: end && { status: end.call.status, outcome: end.call.outcome, errorCode: end.call.errorCode },
      turns: end?.conversation ? turnsOf(end.conversation).length : null,
    }
  } finally {
    await mongo.close()
  }
}

optionsOrExit(parseNothing('npm run live-check', process.argv.slice(2)), settingsPage(process.env))
const read = readSettings(process.env)
if (read.kind === 'missing') {
  console.error(read.page)
  process.exit(2)
}
await runCommand(async ({ signal }) => {
  const progress = createProgress()
  const stack = await startStack({
    dataDir: DATA,
    progress,
    ports: 'standard',
    mediaWorkers: 2,
    ui: false,
    database: NAME,
    namespace: NAME,
    signal,
  })
  try {
    const found = await Promise.race([observe(stack, read.settings, signal), stack.died])
    if (typeof found === 'string') throw new SetupError(found)
    await mkdir(DATA, { recursive: true })
    const file = join(DATA, 'live-check.json')
    await writeFile(file, `${JSON.stringify(found, null, 2)}\n`)
    console.log(`\n${JSON.stringify(found, null, 2)}\n\nwritten to ${file}`)
    return found.ended === null || found.whenASocketBreaks.carrierDid === 'nothing' ? 1 : 0
  } finally {
    await stack.stop()
  }
})

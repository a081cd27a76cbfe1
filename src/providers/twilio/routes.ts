// The carrier's side of the API: it asks for instructions, and tells of its legs. Every request is signed.
import { Router } from '@koa/router'
import type { Context } from 'koa'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Mode } from '../../calls/call.ts'
import { AppError } from '../../errors.ts'
import { takesStreams } from '../../hosts/host.ts'
import type { HostStore } from '../../hosts/store.ts'
import type { Carrier } from '../ports.ts'
import { noteAnsweredBy, bind, noteAnswered, noteStatus, tell } from './callbacks.ts'
import type { CallbackDeps } from './callbacks.ts'
import { instruct } from './instructions.ts'
import type { Instruction } from './instructions.ts'
import { readSignedForm } from './signed-form.ts'
import { apologyTwiml, connectTwiml, fillerTwiml, goodbyeTwiml, hangUpTwiml } from './twiml.ts'
import { CALLBACK_PATHS, callbackUrls } from './urls.ts'
import type { After } from './urls.ts'

export interface CarrierRouterDeps extends CallbackDeps {
  hosts: Pick<HostStore, 'find'>
  /** By mode: the token that its carrier signs with, and the carrier itself; `null` where it is not set up. */
  carriers: Record<Mode, { authToken: string; carrier: Pick<Carrier, 'hangUp'> } | null>
  publicUrl: string
  timeouts: { instructionsPollMs: number; fillerLimitMs: number; leaseStaleMs: number }
}

const POLL_EVERY_MS = 100

/** A request of the carrier, verified. */
interface Told {
  mode: Mode
  callId: string
  legId: string
  form: URLSearchParams
  carrier: Pick<Carrier, 'hangUp'>
}

export const createCarrierRouter = (deps: CarrierRouterDeps): Router => {
  const { calls, conversations, hosts, engine, log, publicUrl, timeouts } = deps

  /** A request whose signature is right; anything else is refused here, and `null`. */
  const verify = async (ctx: Context): Promise<Told | null> => {
    const { mode, callId } = ctx.params as { mode: Mode; callId: string }
    const settings = Object.hasOwn(deps.carriers, mode) ? deps.carriers[mode] : null
    if (!settings) throw new AppError('not_found', 'No carrier of this name is set up here')
    ctx.state.callId = callId
    const form = await readSignedForm(ctx, { publicUrl, authToken: settings.authToken })
    if (form) return { mode, callId, legId: form.get('CallSid') ?? '', form, carrier: settings.carrier }
    log.warn({ call_id: callId, request_id: ctx.state.requestId }, 'a carrier request without a valid signature')
    ctx.status = 403
    ctx.body = 'The signature is missing or wrong. Expected X-Twilio-Signature over the public URL and the form.'
    return null
  }

  const decide = async (callId: string, legId: string, after: After): Promise<Instruction> => {
    const [call, conversation] = await Promise.all([calls.find(callId), conversations.find(callId)])
    const host = conversation?.ready ? await hosts.find(conversation.ready.host) : null
    const now = new Date()
    return instruct({
      call,
      conversation,
      legId,
      after,
      isHostAlive: takesStreams(host, now, timeouts.leaseStaleMs),
      now,
    })
  }

  /** Waits a little for a host that can take the stream. */
  const decideWithin = async (callId: string, legId: string, after: After): Promise<Instruction> => {
    const untilMs = performance.now() + timeouts.instructionsPollMs
    let toldOf = 0
    for (;;) {
      const instruction = await decide(callId, legId, after)
      if (instruction.kind !== 'wait') return instruction
      if (instruction.lost > toldOf) {
        toldOf = instruction.lost
        tell(log, callId, 'stream lost', engine.signalStreamLost(callId, toldOf))
      }
      if (performance.now() >= untilMs) return instruction
      await sleep(POLL_EVERY_MS)
    }
  }

  const decideForLeg = async (callId: string, legId: string, after: After): Promise<Instruction> => {
    try {
      if (!(await bind(deps, callId, legId))) return { kind: 'hangup' }
      await noteAnswered(deps, callId, new Date())
      return await decideWithin(callId, legId, after)
    } catch (error) {
      // The carrier would end the call over an error: a store that is away for seconds costs a filler instead.
      log.error({ call_id: callId, err: error }, 'no instructions could be read')
      return { kind: 'wait', lost: 0 }
    }
  }

  const answer = async ({ mode, callId, legId }: Told, query: Context['query']): Promise<string> => {
    const after = query.after === 'current' ? 'current' : (numberOf(query.after) ?? 0)
    const sinceMs = numberOf(query.since) ?? Date.now()
    const urls = callbackUrls(publicUrl, mode, callId)
    const instruction = await decideForLeg(callId, legId, after)
    if (instruction.kind === 'hangup') return hangUpTwiml()
    if (instruction.kind === 'goodbye') return goodbyeTwiml()
    if (instruction.kind === 'apology') return apologyTwiml()
    if (instruction.kind === 'connect')
      return connectTwiml({ ...instruction, callId, nextUrl: urls.instructions(instruction.generation) })
    if (Date.now() - sinceMs < timeouts.fillerLimitMs) return fillerTwiml(urls.instructions(after, sinceMs))
    await conversations.end(callId, { by: 'carrier', reason: 'media_lost', at: new Date() })
    return goodbyeTwiml()
  }

  return new Router()
    .post(CALLBACK_PATHS.instructions, async ctx => {
      const told = await verify(ctx)
      if (!told) return
      ctx.body = await answer(told, ctx.query)
      ctx.type = 'text/xml'
    })
    .post(CALLBACK_PATHS.status, async ctx => {
      const told = await verify(ctx)
      if (!told) return
      await noteStatus(deps, told.carrier, {
        callId: told.callId,
        legId: told.legId,
        status: told.form.get('CallStatus') ?? '',
        now: new Date(),
      })
      ctx.status = 204
    })
    .post(CALLBACK_PATHS.amd, async ctx => {
      const told = await verify(ctx)
      if (!told) return
      const answeredBy = told.form.get('AnsweredBy') ?? ''
      await noteAnsweredBy(deps, { callId: told.callId, legId: told.legId, answeredBy })
      ctx.status = 204
    })
}

const numberOf = (value: string | string[] | undefined): number | null =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null

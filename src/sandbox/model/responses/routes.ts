import type { IncomingMessage } from 'node:http'
import { Router } from '@koa/router'
import { json } from 'co-body'
import type { Context, Next } from 'koa'
import { newId } from '../../../ids.ts'
import type { Log } from '../../../log.ts'
import { ApiRefusal, parseWire } from '../errors.ts'
import { createOverload, troubleWith } from '../faults.ts'
import { answerRequest, linesIn } from './answer.ts'
import { responsesRequest } from './request.ts'

export interface ResponsesOptions {
  /** Why a request may not use the API, if it may not. */
  authorize: (request: IncomingMessage) => ApiRefusal | undefined
  log: Log
}

const MAX_BODY = '10mb'
const KNOWN_MODELS = /^(?:gpt-|o\d|chatgpt-)/

/** `POST /responses`, answered at once and whole. */
export const createResponsesRouter = ({ authorize, log }: ResponsesOptions): Router => {
  const guard = async (ctx: Context, next: Next): Promise<void> => {
    ctx.set('x-request-id', newId('req'))
    try {
      const refusal = authorize(ctx.req)
      if (refusal) throw refusal
      await next()
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error
      log.debug({ code: error.error.code, param: error.error.param }, 'model refused a request')
      ctx.status = error.status
      ctx.body = { error: error.error }
    }
  }
  const overload = createOverload()
  return new Router().post('/responses', guard, async ctx => {
    const body = await readBody(ctx)
    const request = parseWire(responsesRequest, body)
    if (!KNOWN_MODELS.test(request.model)) throw modelNotFound(request.model)
    overload.pass(JSON.stringify(body), troubleWith(linesIn(request))?.overloaded ?? 0)
    ctx.body = answerRequest(request)
  })
}

const modelNotFound = (model: string): ApiRefusal =>
  new ApiRefusal(
    'model_not_found',
    `The model \`${model}\` does not exist or you do not have access to it.`,
    'model',
    404,
  )

const readBody = async (ctx: Context): Promise<unknown> => {
  try {
    return await json(ctx.req, { limit: MAX_BODY, strict: true })
  } catch {
    throw new ApiRefusal(null, 'We could not parse the JSON body of your request.')
  }
}

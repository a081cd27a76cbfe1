import { text } from 'co-body'
import type { Context } from 'koa'

import { AppError } from '../errors.ts'

export const MAX_BODY_BYTES = 64 * 1024
/** Whoever reads the body may do so by recursion. */
const MAX_LEVELS = 64

/** The request's JSON object, whatever its content type says: `invalid_body` when it is too large, too deep or no object, `invalid_json` when it does not parse. */
export const readJsonObject = async (ctx: Context): Promise<Record<string, unknown>> => {
  const body = parseJson(await readText(ctx))
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new AppError('invalid_body', `Invalid request body. Expected a JSON object, got ${nameOf(body)}`)
  if (isDeeper(body, MAX_LEVELS))
    throw new AppError('invalid_body', `Request body nested too deeply. Expected at most ${MAX_LEVELS} levels`)
  return body as Record<string, unknown>
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some(part => isDeeper(part, levels - 1)))

const readText = async (ctx: Context): Promise<string> => {
  try {
    return await text(ctx.req, { limit: MAX_BODY_BYTES })
  } catch (error) {
    // What was not read of the body would be taken for the next request.
    const headers = { Connection: 'close' }
    if ((error as { status?: number }).status === 413)
      throw new AppError('invalid_body', 'Request body too large. Expected at most 64 KiB of JSON', headers)
    throw new AppError(
      'invalid_body',
      'The request body could not be read. Expected JSON in UTF-8, compressed as its Content-Encoding says',
      headers,
    )
  }
}

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    throw new AppError(
      'invalid_json',
      body.trim() === ''
        ? 'The request body is empty. Expected a JSON object'
        : 'The request body is not valid JSON. Expected a JSON object',
    )
  }
}

const nameOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`

import { text } from 'co-body'
import type { Context } from 'koa'
import twilio from 'twilio'

const MAX_BYTES = 64 * 1024

/**
 * The form of a request that the carrier signed; `null` if its signature is missing or wrong. What was signed is the
 * URL as the carrier was given it, so it is built from the public base and never from headers.
 * Source: https://www.twilio.com/docs/usage/security
 */
export const readSignedForm = async (
  ctx: Context,
  { publicUrl, authToken }: { publicUrl: string; authToken: string },
): Promise<URLSearchParams | null> => {
  const form = new URLSearchParams(await text(ctx.req, { limit: MAX_BYTES }))
  const parameters = Object.fromEntries(
    [...new Set(form.keys())].map(name => {
      const values = form.getAll(name)
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
  const signature = ctx.get('x-twilio-signature')
  return twilio.validateRequest(authToken, signature, publicUrl + ctx.url, parameters) ? form : null
}

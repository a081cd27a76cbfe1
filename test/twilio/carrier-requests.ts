// The carrier's signed requests, as Twilio documents them.
import { createHmac } from 'node:crypto'

import { AUTH_TOKEN, CALL, PUBLIC_URL } from '../api/api.ts'
import type { Api } from '../api/api.ts'

export const LEG = `CA${'1'.repeat(32)}`
export const OTHER_LEG = `CA${'2'.repeat(32)}`

export const signatureOf = (url: string, form: Record<string, string>, token = AUTH_TOKEN): string =>
  createHmac('sha1', token)
    .update(
      Object.keys(form)
        .sort()
        .reduce((text, name) => text + name + form[name], url),
    )
    .digest('base64')

export const createCarrierRequests = (api: () => Api) => ({
  /** Sends what the carrier sends; its signature is over the public URL. */
  tell: async (path: string, form: Record<string, string>, signature?: string, mode = 'test') => {
    const { url } = api()
    const target = `/carrier/${mode}/calls/${path}`
    const response = await fetch(url + target, {
      method: 'POST',
      headers: {
        'x-twilio-signature': signature ?? signatureOf(PUBLIC_URL + target, form),
        'x-forwarded-host': 'evil',
      },
      body: new URLSearchParams(form),
    })
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
  },

  /** What the engine was told of a call, in order. */
  told: (callId: string) =>
    api()
      .engine.told.filter(([, id]) => id === callId)
      .map(([name, , ...rest]) => [name, ...rest]),

  /** A call whose dial has been claimed, with its conversation. */
  dialedCall: async (): Promise<string> => {
    const { key } = await api().newAccount()
    const { body } = await api().send('POST', '/api/v1/calls', { key, body: CALL })
    const id: string = body.data.call_id
    await api().calls.claimDial(id, new Date(Date.now() + 15_000))
    await api().conversations.ensure(id)
    return id
  },
})

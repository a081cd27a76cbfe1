import { createHmac } from 'node:crypto'

/**
 * The X-Twilio-Signature of a request: base64 of HMAC-SHA1, keyed with the auth token, over the URL followed by each
 * form parameter's name and value, sorted by name. Requests without a form (GET, stream upgrades) sign the URL alone.
 * Source: https://www.twilio.com/docs/usage/security
 */
export const signatureOf = (authToken: string, url: string, form: Record<string, string> = {}): string => {
  const text = Object.keys(form)
    .sort()
    .reduce((signed, name) => signed + name + form[name], url)
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64')
}

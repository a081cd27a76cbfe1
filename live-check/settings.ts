// What the live check needs, and the page that says so where it is not there.

/** Each variable with what it is for. */
const NEEDED = {
  TWILIO_ACCOUNT_SID: "the carrier's account",
  TWILIO_AUTH_TOKEN: 'its token',
  TWILIO_FROM_NUMBER: 'a number of that account, from which the call comes',
  OPENAI_API_KEY: 'the model',
  LIVE_CHECK_NUMBER: 'the number to ring: yours. Pick up, and go on talking for half a minute',
  PUBLIC_URL: 'https address under which the carrier reaches the API (port 4010 here, or API_PORT)',
  MEDIA_PUBLIC_URL: 'wss address of the first media host (port 4013 here, or LIVE_MEDIA_PORT)',
  MEDIA_2_PUBLIC_URL: 'wss address of the second media host (port 4016 here, or LIVE_MEDIA_2_PORT)',
} as const

export type LiveSettings = Record<keyof typeof NEEDED, string>

/** The settings, or a page that names each one and says which are missing. */
export const readSettings = (
  env: NodeJS.ProcessEnv,
): { kind: 'ready'; settings: LiveSettings } | { kind: 'missing'; page: string } => {
  const names = Object.keys(NEEDED) as (keyof typeof NEEDED)[]
  if (names.every(name => env[name]))
    return { kind: 'ready', settings: Object.fromEntries(names.map(name => [name, env[name]])) as LiveSettings }
  return { kind: 'missing', page: settingsPage(env) }
}

/** What it does and needs, and which of that is there. */
export const settingsPage = (env: NodeJS.ProcessEnv): string => {
  const names = Object.keys(NEEDED) as (keyof typeof NEEDED)[]
  return [
    'The live check places one real call, kills the media host in the middle of it, and records what the carrier does.',
    'It costs a minute of a phone call and of a model, and needs real credentials. Nothing was dialled.',
    '',
    ...names.map(name => `  ${env[name] ? 'set    ' : 'MISSING'}  ${name.padEnd(20)}${NEEDED[name]}`),
    '',
    'A tunnel (cloudflared, ngrok or the like) gives the three addresses on a machine without public ones.',
  ].join('\n')
}

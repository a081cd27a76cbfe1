// Whether the carrier's list, filtered by start time, has a call that was just accepted: the vendor does not say.
import type { LiveSettings } from './settings.ts'

interface ListedCall {
  sid: string
  status: string
  start_time: string | null
}

const list = async (
  settings: LiveSettings,
  baseUrl: string,
  query: Record<string, string>,
): Promise<ListedCall[]> => {
  const { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token } = settings
  const response = await fetch(`${baseUrl}/2010-04-01/Accounts/${sid}/Calls.json?${new URLSearchParams(query)}`, {
    headers: { authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}` },
  })
  if (!response.ok) throw new Error(`the carrier's list: HTTP ${response.status} ${await response.text()}`)
  return ((await response.json()) as { calls: ListedCall[] }).calls
}

/** The leg as the plain list has it, and whether the list of calls that started since yesterday has it too. */
export const findInLists = async (settings: LiveSettings, baseUrl: string, legId: string) => {
  const query = { To: settings.LIVE_CHECK_NUMBER, From: settings.TWILIO_FROM_NUMBER }
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  const [all, started] = await Promise.all([
    list(settings, baseUrl, query),
    list(settings, baseUrl, { ...query, 'StartTime>': yesterday }),
  ])
  const leg = all.find(({ sid }) => sid === legId)
  return {
    status: leg?.status ?? null,
    hasStartTime: Boolean(leg?.start_time),
    isInListByStartTime: started.some(({ sid }) => sid === legId),
  }
}

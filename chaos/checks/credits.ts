// The account recomputed from its calls, and its ledger.
import type { Call } from '../../src/calls/call.ts'
import type { StoredAccount } from '../accounts/store.ts'
import type { Evidence } from '../evidence.ts'

const held = ({ holds }: Pick<StoredAccount, 'holds'>): number =>
  Object.values(holds).reduce((sum, credits) => sum + credits, 0)

/** What must hold at every look, also in the middle of everything. */
export const checkBalance = (account: StoredAccount): string[] => {
  const { balance, bought, captured } = account
  const found: string[] = []
  if (balance + held(account) !== bought - captured)
    found.push(`balance ${balance} + holds ${held(account)} is not bought ${bought} - captured ${captured}`)
  if (balance < 0) found.push(`the balance is ${balance}`)
  return found
}

/** What a call costs, by the contract's table: completed ones and those canceled in the conversation. */
const costOf = ({ status, startedAt }: Call): number =>
  status === 'completed' || (status === 'canceled' && startedAt !== null) ? 1 : 0

/** How many credits one payment buys, by the contract. */
const SOLD = 10

/** What was paid for is there, once; nothing else is. */
const checkPurchases = ({ posted, welcome, paid, store: { account, ledger } }: Evidence): string[] => {
  const found: string[] = []
  const expected = welcome + SOLD * paid.length
  if (account?.bought !== expected)
    found.push(`the account was given ${account?.bought} credits, ${expected} are its own`)
  for (const { sessionId } of paid) {
    const entries = ledger.filter(({ kind, cause }) => kind === 'grant' && cause === sessionId)
    if (entries.length !== 1 || entries[0]?.credits !== SOLD)
      found.push(`the ledger has ${entries.length} grants for the payment ${sessionId}`)
  }
  if (paid.length > 0 && posted.attempts.at(-1)?.startsWith('402'))
    found.push('credits were paid for, and the call was refused for want of some')
  return found
}

export const checkCredits = (evidence: Evidence): string[] => {
  const { store, samples } = evidence
  const { account, calls, ledger } = store
  if (!account) return ['the account is gone']
  const found = [...samples, ...checkBalance(account), ...checkPurchases(evidence)]
  const cost = calls.reduce((sum, call) => sum + costOf(call), 0)
  if (account.captured !== cost) found.push(`${account.captured} credits were captured, the calls cost ${cost}`)
  const open = Object.keys(account.holds)
  if (open.length > 0) found.push(`credits are still held for ${open.join(', ')}`)
  for (const call of calls) {
    const entries = ledger.filter(({ kind, cause }) => kind === 'capture' && cause === call._id)
    if (entries.length !== costOf(call))
      found.push(
        `the ledger has ${entries.length} captures for ${call._id} (${call.status}), expected ${costOf(call)}`,
      )
  }
  const posted = ledger.reduce((sum, { credits }) => sum + credits, 0)
  if (posted !== account.bought - account.captured)
    found.push(`the ledger comes to ${posted}, the account to ${account.bought - account.captured}`)
  return found
}

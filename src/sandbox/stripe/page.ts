import { amountOf, currencyOf, statusOf } from './session.ts'
import type { Session } from './session.ts'

/** The page of a session: what is bought, and ways to pay while it is open. It needs no script. */
export const renderPage = (session: Session, nowSeconds: number): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sandbox checkout</title>
</head>
<body>
<h1>Sandbox checkout</h1>
<p>Nothing is charged here.</p>
<ul>
${session.parameters.line_items.map(({ quantity, price_data }) => `<li>${quantity} × ${escape(price_data.product_data.name)}</li>`).join('\n')}
</ul>
<p>Total: <strong>${money(session)}</strong></p>
${WHAT_NOW[statusOf(session, nowSeconds)](session)}
</body>
</html>
`

const WHAT_NOW = {
  open: ({ id, parameters }: Session): string => `<form method="post" action="/c/pay/${id}">
<button name="method" value="card">Pay</button>
<button name="method" value="us_bank_account">Pay by bank debit, which takes days</button>
</form>${parameters.cancel_url === undefined ? '' : `\n<p><a href="${escape(parameters.cancel_url)}">Back</a></p>`}`,
  complete: ({ isPaid }: Session): string =>
    isPaid ? '<p>This is paid.</p>' : '<p>Your bank is asked for the money.</p>',
  expired: (): string => '<p>This page has expired. Nothing was paid.</p>',
}

// Amounts are in the currency's smallest unit, which is not a hundredth in all of them.
const money = (session: Session): string => {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: currencyOf(session) })
  return format.format(amountOf(session) / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

const escape = (text: string): string => text.replace(/[&<>"']/g, character => `&#${character.codePointAt(0)};`)

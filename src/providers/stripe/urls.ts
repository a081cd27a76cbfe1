/** Where the payment provider tells of payments, and where a person who has paid comes back to. */
export const PAYMENT_PATHS = {
  events: '/stripe/:mode/events',
  thanks: '/stripe/thanks',
}

// What one reads before the operations: how to begin, how calls end, the test numbers, the errors.
import { EXAMPLE_CALL } from '../calls/schema.ts'
import { ERRORS } from '../http/error-codes.ts'
import { TEST_NUMBERS } from '../test-numbers/table.ts'
import type { TestCallEnd } from '../test-numbers/table.ts'

/** The introduction of the document, in Markdown. */
export const guide = (publicUrl: string): string =>
  [INTRODUCTION, quickstart(publicUrl), CONVENTIONS, HOW_CALLS_END, testNumbers(), errors()].join('\n\n')

const INTRODUCTION = `One POST with an objective, and an agent reads the business's website, dials, talks, and comes back with an
outcome, a summary and a transcript.`

const quickstart = (publicUrl: string): string => `## Quickstart

Place a call. With a test key (\`ak_test_…\`) it rings nobody and costs nothing that is paid for; the number chooses
what happens.

\`\`\`sh
${placeCall(publicUrl)}
\`\`\`

The answer is 202 with the call's \`call_id\`. Read it until its \`status\` is \`completed\`, \`canceled\` or \`failed\`:

\`\`\`sh
curl ${publicUrl}/api/v1/calls/{call_id} -H "x-api-key: $ERRAND_KEY"
\`\`\`

Then \`outcome\`, \`summary\` and \`transcript\` say how it went. On this page you can do the same: put your test key under
Authentication, open *Place a call*, and send it.`

/** The request that places the first call. */
export const placeCall = (publicUrl: string): string => `curl ${publicUrl}/api/v1/calls \\
  -H "x-api-key: $ERRAND_KEY" \\
  -H "content-type: application/json" \\
  -d '${JSON.stringify(EXAMPLE_CALL, null, 2)}'`

/** What holds for every operation, in Markdown. */
export const CONVENTIONS = `## Conventions

- Bodies are JSON in UTF-8, of 64 KiB at most. Unknown fields are ignored; \`null\` and blank text count as not given.
- Times are UTC, ISO 8601, to the second. Ids sort by time.
- Lists are newest first; while \`has_more\` is true, \`starting_after\` with the last id gives the next page.
- Live and test keys see calls, credits and a do-not-call list of their own.
- A POST with an \`Idempotency-Key\` may be repeated for 24 hours: no second call is made, and no second credit taken.
- A key places ten calls a minute at most; \`RateLimit-Remaining\` says how many are left.`

const HOW_CALLS_END = `## How calls end

A call is \`queued\`, \`dialing\`, \`in_progress\`, and then \`completed\`, \`canceled\` or \`failed\`; it never goes back. Between the
end of the conversation and its analysis it is \`in_progress\` with \`ended_at\` set. Where your account keeps calling
hours, a \`queued\` call may wait for them: \`scheduled_for\` says until when.

| what happened | status | error_code | credit |
| --- | --- | --- | --- |
| a conversation took place, however it went | completed | | used |
| voicemail, a fax, a silent line, or a callee who hung up at once | completed | | used |
| busy | failed | \`busy\` | given back |
| nobody answered | failed | \`no_answer\` | given back |
| refused or invalid at the carrier | failed | \`call_failed\` | given back |
| the carrier may or may not have dialled | failed | \`dial_unknown\` | given back |
| our side broke after the answer | failed, with what was said | \`call_failed\` | given back |
| canceled before the callee answered | canceled | | given back |
| canceled in the conversation | canceled, with what was said | | used |
| the conversation could not be analysed | completed, without \`outcome\` | \`analysis_failed\` | used |`

const testNumbers = (): string => `## Test numbers

On a call with a test key the number chooses what happens. Every other valid US or Canadian number does as the first.

${testNumberTable()}`

/** The test numbers, what happens, and how the call ends, as a table in Markdown. */
export const testNumberTable = (): string =>
  table(
    ['number', 'scenario', 'what happens', 'the call ends as'],
    TEST_NUMBERS.map(({ number, name, description, ends }) => [
      `\`${number}\``,
      `\`${name}\``,
      description,
      nameOfEnd(ends),
    ]),
  )

const nameOfEnd = ({ status, outcome, errorCode }: TestCallEnd): string => `${status}, ${outcome ?? errorCode}`

const errors = (): string => `## Errors

An error is \`{ "error": "<what is wrong and what was expected>", "code": "<code>" }\`. Programs go by the code.
What is no HTTP, or has headers of more than 16 KiB, is answered by a bare 400 or 431.

${errorTable()}`

/** Every error with its status and when it is the answer, as a table in Markdown. */
export const errorTable = (): string =>
  table(
    ['status', 'code', 'when'],
    Object.entries(ERRORS).map(([code, { status, when }]) => [String(status), `\`${code}\``, when]),
  )

const table = (heads: string[], rows: string[][]): string =>
  [heads, heads.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')

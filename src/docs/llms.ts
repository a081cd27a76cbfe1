// The API for agents: one text with which a call is placed and followed, and nothing else is needed.
import type { ApiDocument } from './document.ts'
import { CONVENTIONS, errorTable, placeCall, testNumberTable } from './guide.ts'

/** The text of `/llms.txt`, in Markdown. */
export const llmsText = (document: ApiDocument, publicUrl: string): string => `# Errand

> A phone-call API. One POST with an objective, and an agent reads the business's website, dials, talks, and comes back
> with an outcome, a summary and a transcript.

Base URL: ${publicUrl}. Every request has the key in the header \`x-api-key\` (or \`Authorization: Bearer\`). Keys that begin
with \`ak_test_\` ring nobody; those with \`ak_live_\` call real phones in the US and Canada.

## Place a call and read how it went

\`\`\`sh
${placeCall(publicUrl)}
\`\`\`

202 answers \`{ "data": { "call_id": "cl_…", "status": "queued", … }, "credits_remaining": 4 }\`. Then, every few seconds:

\`\`\`sh
curl ${publicUrl}/api/v1/calls/cl_… -H "x-api-key: $ERRAND_KEY"
\`\`\`

until \`data.status\` is \`completed\`, \`canceled\` or \`failed\`. A completed call has \`outcome\` (\`achieved\`, \`partial\`,
\`not_achieved\`), \`outcome_details\`, \`summary\` and \`transcript\`; a failed one \`error_code\` and \`error_message\`.
Send an \`Idempotency-Key\` of your choice with the POST and repeat it after a timeout or a 503: it makes no second call.
After 429, 409 \`idempotency_in_progress\` or 503 wait \`Retry-After\` seconds.

Fields of the POST's JSON body:

${fieldList(document)}

## Operations

${operationList(document)}

${CONVENTIONS}

All fields of all answers: [OpenAPI 3.1](${publicUrl}/openapi.json). For people: [reference](${publicUrl}/docs).

## Errors

\`{ "error": "<what is wrong and what was expected>", "code": "<code>" }\`

${errorTable()}

## Test numbers

With a test key the number chooses what happens. Every other valid number does as the first.

${testNumberTable()}
`

const operationList = ({ paths = {} }: ApiDocument): string =>
  Object.entries(paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations as Record<string, Operation>).map(
        ([method, operation]) =>
          `- \`${method.toUpperCase()} ${path}\`: ${operation.summary}. ${operation.description}${takenBy(operation)}`,
      ),
    )
    .join('\n')

interface Operation {
  summary: string
  description: string
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Record<string, { schema: { properties: Record<string, Field> } }> }
}

/** The names of what may be asked of it; the body that places a call has a list of its own. */
const takenBy = ({ parameters = [], requestBody }: Operation): string => {
  const query = parameters.filter(parameter => parameter.in === 'query').map(({ name }) => `\`${name}\``)
  const body = Object.keys(requestBody?.content['application/json']?.schema.properties ?? {})
  const inQuery = query.length > 0 ? ` Query: ${query.join(', ')}.` : ''
  return body.length > 0 ? `${inQuery} Body: ${body.map(name => `\`${name}\``).join(', ')}.` : inQuery
}

interface Field {
  type: string
  description: string
  examples: unknown[]
  maxLength?: number
  minimum?: number
  maximum?: number
}

const fieldList = ({ paths }: ApiDocument): string => {
  const body = paths?.['/api/v1/calls']?.post?.requestBody
  const json = body && 'content' in body ? body.content['application/json'] : undefined
  if (!json || !('schema' in json)) throw new Error('the operation that places a call takes no body')
  const { properties, required } = json.schema as { properties: Record<string, Field>; required: string[] }
  return Object.entries(properties)
    .map(([name, field]) => {
      const kind = [field.type, boundsOf(field), required.includes(name) ? 'required' : ''].filter(Boolean)
      return `- \`${name}\` (${kind.join(', ')}): ${field.description} Example: \`${JSON.stringify(field.examples[0])}\``
    })
    .join('\n')
}

const boundsOf = ({ maxLength, minimum, maximum }: Field): string => {
  if (maxLength !== undefined) return `at most ${maxLength} characters`
  return minimum === undefined ? '' : `${minimum} to ${maximum}`
}

// TwiML, as far as this carrier executes it: https://www.twilio.com/docs/voice/twiml
// A document that is no TwiML gives an error, and the call ends; a verb or an attribute that is not known is left out
// with warning 12200, as Twilio does.
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import type { Callback, Method } from './call-parameters.ts'
import type { WarningCode } from './errors.ts'

/** The Stream noun of a Connect. */
export interface StreamNoun {
  url: string
  name: string | null
  parameters: Record<string, string>
  statusCallback: Callback | null
}

export type Verb =
  | { kind: 'say'; text: string; times: number }
  | { kind: 'pause'; seconds: number }
  | { kind: 'hangup' }
  | { kind: 'redirect'; url: string; method: Method }
  | { kind: 'connect'; stream: StreamNoun; action: Callback | null }

export interface TwimlWarning {
  code: WarningCode
  detail: string
}

export type Twiml =
  | { kind: 'document'; verbs: Verb[]; warnings: TwimlWarning[] }
  | ({ kind: 'error' } & TwimlWarning)

interface Element {
  name: string
  attributes: Record<string, string>
  children: Element[]
  text: string
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  htmlEntities: true,
})

const ATTRIBUTES: Record<string, readonly string[]> = {
  Response: [],
  Say: ['voice', 'language', 'loop'],
  Pause: ['length'],
  Hangup: [],
  Reject: ['reason'],
  Redirect: ['method'],
  Connect: ['action', 'method'],
  Stream: ['url', 'name', 'track', 'statusCallback', 'statusCallbackMethod'],
  Parameter: ['name', 'value'],
}

/** Reads a TwiML document; relative URLs in it are resolved against `base`, the URL that it came from. */
export const parseTwiml = (xml: string, base: string | null): Twiml => {
  const valid = XMLValidator.validate(xml)
  if (valid !== true) return { kind: 'error', code: 12100, detail: valid.err.msg }
  const [root, ...others] = elementsOf(parser.parse(xml) as unknown[])
  if (root?.name !== 'Response' || others.length > 0)
    return { kind: 'error', code: 12102, detail: `the root element is <${root?.name ?? ''}>` }
  const warnings: TwimlWarning[] = []
  const warn = (detail: string): null => {
    warnings.push({ code: 12200, detail })
    return null
  }
  checkAttributes(root, warn)
  const verbs = root.children.map(element => verbOf(element, base, warn)).filter(verb => verb !== null)
  return { kind: 'document', verbs, warnings }
}

type Warn = (detail: string) => null

const verbOf = (element: Element, base: string | null, warn: Warn): Verb | null => {
  checkAttributes(element, warn)
  const { attributes, text } = element
  switch (element.name) {
    case 'Say':
      return { kind: 'say', text, times: numberOf(attributes['loop'], 1, warn) || Number.POSITIVE_INFINITY }
    case 'Pause':
      return { kind: 'pause', seconds: numberOf(attributes['length'], 1, warn) }
    case 'Hangup':
    case 'Reject':
      return { kind: 'hangup' }
    case 'Redirect':
      return { kind: 'redirect', url: resolved(text, base), method: methodOf(attributes['method']) }
    case 'Connect':
      return connectOf(element, base, warn)
    default:
      return warn(`<${element.name}> is not executed by this carrier`)
  }
}

const connectOf = (element: Element, base: string | null, warn: Warn): Verb | null => {
  const [stream, ...others] = element.children
  if (stream?.name !== 'Stream' || others.length > 0) return warn('<Connect> takes one <Stream> here')
  checkAttributes(stream, warn)
  const { action, method } = element.attributes
  return {
    kind: 'connect',
    stream: streamOf(stream, base, warn),
    action: callbackOf(action, method, base),
  }
}

const streamOf = (element: Element, base: string | null, warn: Warn): StreamNoun => {
  const parameters: Record<string, string> = {}
  for (const child of element.children) {
    checkAttributes(child, warn)
    const { name, value } = child.attributes
    if (child.name !== 'Parameter' || !name) warn(`<${child.name}> in <Stream> is not a <Parameter> with a name`)
    else parameters[name] = value ?? ''
  }
  const { url = '', name, track, statusCallback, statusCallbackMethod } = element.attributes
  if (track !== undefined && track !== 'inbound_track')
    warn(`<Connect><Stream> takes inbound_track, not '${track}'`)
  return {
    url,
    name: name ?? null,
    parameters,
    statusCallback: callbackOf(statusCallback, statusCallbackMethod, base),
  }
}

const checkAttributes = ({ name, attributes }: Element, warn: Warn): void => {
  const known = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined
  for (const attribute of Object.keys(attributes))
    if (known && !known.includes(attribute)) warn(`attribute '${attribute}' is not allowed in <${name}>`)
}

const numberOf = (value: string | undefined, otherwise: number, warn: Warn): number => {
  if (value === undefined) return otherwise
  if (/^\d+$/.test(value)) return Number(value)
  warn(`'${value}' is not a whole number`)
  return otherwise
}

const callbackOf = (url: string | undefined, method: string | undefined, base: string | null): Callback | null =>
  url === undefined ? null : { url: resolved(url, base), method: methodOf(method) }

const methodOf = (method: string | undefined): Method => (method?.toUpperCase() === 'GET' ? 'GET' : 'POST')

const resolved = (url: string, base: string | null): string =>
  URL.canParse(url, base ?? undefined) ? new URL(url, base ?? undefined).href : url

const elementsOf = (nodes: unknown[]): Element[] =>
  nodes.flatMap(node => {
    const entries = Object.entries(node as Record<string, unknown>)
    const [name, content] = entries.find(([key]) => key !== ':@') ?? []
    if (name === undefined || name.startsWith('?') || name === '#text' || name === '#comment') return []
    const inner = content as Record<string, unknown>[]
    const attributes = (node as { ':@'?: Record<string, string> })[':@'] ?? {}
    return [{ name, attributes, children: elementsOf(inner), text: inner.map(textOf).join('') }]
  })

const textOf = (node: Record<string, unknown>): string => (typeof node['#text'] === 'string' ? node['#text'] : '')

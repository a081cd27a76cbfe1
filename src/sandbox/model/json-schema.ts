// JSON Schema as structured outputs and tools use it: what is a valid strict schema, and a value that fits one.
import { ApiRefusal } from './errors.ts'

/** A JSON Schema that is an object (`true` and `false` are not used here). */
export type JsonSchema = Record<string, unknown>

/** What a judge of a call knows; a schema's properties are filled from it by name and type. */
export interface Findings {
  outcome: 'achieved' | 'partial' | 'not_achieved'
  details: string
  summary: string
}

const KEYWORDS = new Set(
  `$schema $id $ref $defs definitions title description type enum const anyOf
  properties required additionalProperties items minItems maxItems pattern format minLength maxLength
  minimum maximum exclusiveMinimum exclusiveMaximum multipleOf`.split(/\s+/),
)

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Throws unless the schema is one that `strict: true` accepts: an object at the root, and in every object
 * `additionalProperties: false` and all properties required.
 */
export const assertStrictSchema = (schema: JsonSchema, name: string): void => {
  const refuse = (where: string[], what: string): never => {
    const context = `(${where.map(key => `'${key}'`).join(', ')})`
    throw new ApiRefusal(
      'invalid_json_schema',
      `Invalid schema for response_format '${name}': In context=${context}, ${what}.`,
      'text.format.schema',
    )
  }
  const check = (node: unknown, where: string[]): void => {
    if (!isObject(node)) return refuse(where, 'schema must be an object')
    for (const key of Object.keys(node)) if (!KEYWORDS.has(key)) refuse(where, `'${key}' is not permitted`)
    if (typesOf(node).includes('object')) checkObject(node, where, refuse)
    if (typesOf(node).includes('array') && !isObject(node.items)) refuse(where, 'array schema missing items')
    for (const [path, child] of childrenOf(node)) check(child, [...where, ...path])
  }
  if (schema.type !== 'object') refuse([], 'schema must be a JSON Schema of \'type: "object"\'')
  check(schema, [])
}

const checkObject = (
  node: JsonSchema,
  where: string[],
  refuse: (where: string[], what: string) => never,
): void => {
  if (node.additionalProperties !== false)
    refuse(where, "'additionalProperties' is required to be supplied and to be false")
  const required = Array.isArray(node.required) ? node.required : []
  const missing = Object.keys(propertiesOf(node)).find(key => !required.includes(key))
  if (missing !== undefined)
    refuse(
      where,
      `'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'`,
    )
}

const childrenOf = (node: JsonSchema): [string[], unknown][] => [
  ...Object.entries(propertiesOf(node)).map(([key, child]): [string[], unknown] => [['properties', key], child]),
  ...Object.entries(isObject(node.$defs) ? node.$defs : {}).map(([key, child]): [string[], unknown] => [
    ['$defs', key],
    child,
  ]),
  ...alternativesOf(node).map((child, n): [string[], unknown] => [['anyOf', String(n)], child]),
  ...('items' in node ? [[['items'], node.items] satisfies [string[], unknown]] : []),
]

/** A value that fits the schema, each property filled from the findings by its name and type. */
export const fillSchema = (schema: JsonSchema, findings: Findings): unknown => {
  const fill = (node: JsonSchema, name: string): unknown => {
    const target = resolve(node)
    if ('const' in target) return target.const
    if (Array.isArray(target.enum)) return chooseFrom(target.enum, findings.outcome)
    const options = alternativesOf(target).filter(isObject)
    const mayBeNull = typesOf(target).includes('null') || options.some(option => option.type === 'null')
    if (mayBeNull && !FINDABLE.test(name)) return null
    if (options.length > 0) return fill(options.find(option => option.type !== 'null') ?? {}, name)
    switch (typesOf(target).find(type => type !== 'null')) {
      case 'object':
        return Object.fromEntries(
          Object.entries(propertiesOf(target)).map(([key, child]) => [
            key,
            fill(isObject(child) ? child : {}, key),
          ]),
        )
      case 'array':
        return Array.from({ length: Number(target.minItems ?? 0) }, () =>
          fill(isObject(target.items) ? target.items : {}, name),
        )
      case 'boolean':
        return /achiev|success|complet|done|book|met\b/i.test(name) && findings.outcome === 'achieved'
      case 'integer':
      case 'number':
        return Number(target.minimum ?? 0)
      case 'string':
        return textFor(name, findings).slice(0, Number(target.maxLength ?? Infinity))
      default:
        return null
    }
  }
  const resolve = (node: JsonSchema): JsonSchema => {
    const path = typeof node.$ref === 'string' ? node.$ref.split('/').slice(1) : []
    const found = path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), schema)
    return path.length > 0 && isObject(found) ? found : node
  }
  return fill(schema, '')
}

const FINDABLE = /summary|detail|reason|outcome|result|note|explanation/i

const textFor = (name: string, { outcome, details, summary }: Findings): string => {
  if (/summary/i.test(name)) return summary
  return /^(outcome|result|status)$/i.test(name) ? outcome : details
}

const LOOKS_BAD = /^(un|in)|not|fail|refus|declin|reject|unable|impossible|never/i
const LOOKS_PARTIAL = /part|altern|other/i
const LOOKS_GOOD = /achiev|success|complet|done|finish|met|goal|book|reach/i

const chooseFrom = (values: unknown[], outcome: Findings['outcome']): unknown => {
  const words = values.filter(value => typeof value === 'string')
  const bad = words.filter(word => LOOKS_BAD.test(word))
  const partial = words.filter(word => LOOKS_PARTIAL.test(word))
  const good = words.filter(word => LOOKS_GOOD.test(word) && !bad.includes(word) && !partial.includes(word))
  const order = { achieved: [good], partial: [partial, good], not_achieved: [bad] }[outcome]
  return [...order.flat(), ...values][0] ?? null
}

const typesOf = (node: JsonSchema): unknown[] => (Array.isArray(node.type) ? node.type : [node.type])

const propertiesOf = (node: JsonSchema): JsonSchema => (isObject(node.properties) ? node.properties : {})

const alternativesOf = (node: JsonSchema): unknown[] => (Array.isArray(node.anyOf) ? node.anyOf : [])

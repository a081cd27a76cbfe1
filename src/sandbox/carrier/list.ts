// GET Calls.json: filters and pages. https://www.twilio.com/docs/voice/api/call-resource#read-multiple-call-resources
import { presentCall } from './call.ts'
import type { Call } from './call.ts'
import { invalidParameter } from './errors.ts'

const DEFAULT_PAGE = 50
const LARGEST_PAGE = 1000
const DAY_MS = 24 * 60 * 60 * 1000

type Filter = (call: Call, value: string) => boolean

// `StartTime>=2026-11-22` arrives as the parameter `StartTime>`. A call without that moment is left out.
const FILTERS: Record<string, Filter> = {
  To: (call, value) => call.parameters.to === value,
  From: (call, value) => call.parameters.from === value,
  Status: (call, value) => presentCall(call).status === value,
  ParentCallSid: () => false,
  StartTime: (call, value) => isOn(call.startedAt, value),
  'StartTime>': (call, value) => isFrom(call.startedAt, value),
  'StartTime<': (call, value) => isBefore(call.startedAt, value),
  EndTime: (call, value) => isOn(call.endedAt, value),
  'EndTime>': (call, value) => isFrom(call.endedAt, value),
  'EndTime<': (call, value) => isBefore(call.endedAt, value),
}

/** One page of calls in Twilio's envelope; `path` is the list's own, `calls` newest first. */
export const presentList = (calls: Call[], query: URLSearchParams, path: string) => {
  const filters = [...query].filter(([name]) => !['PageSize', 'Page', 'PageToken'].includes(name))
  const found = calls.filter(call => filters.every(([name, value]) => filterOf(name)(call, value)))
  const size = Math.min(wholeNumber(query, 'PageSize', DEFAULT_PAGE) || DEFAULT_PAGE, LARGEST_PAGE)
  const page = wholeNumber(query, 'Page', 0)
  const shown = found.slice(page * size, (page + 1) * size)
  const uriOf = (number: number): string => {
    const target = new URLSearchParams(filters)
    target.set('PageSize', String(size))
    target.set('Page', String(number))
    return `${path}?${target.toString()}`
  }
  return {
    calls: shown.map(presentCall),
    first_page_uri: uriOf(0),
    next_page_uri: (page + 1) * size < found.length ? uriOf(page + 1) : null,
    previous_page_uri: page > 0 ? uriOf(page - 1) : null,
    uri: uriOf(page),
    page,
    page_size: size,
    start: page * size,
    end: page * size + Math.max(shown.length - 1, 0),
  }
}

const filterOf = (name: string): Filter => {
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined
  if (!filter) throw invalidParameter(`Unknown parameter: ${name}`)
  return filter
}

const wholeNumber = (query: URLSearchParams, name: string, otherwise: number): number => {
  const value = query.get(name)
  if (value === null) return otherwise
  if (!/^\d+$/.test(value)) throw invalidParameter(`${name} must be a whole number`)
  return Number(value)
}

const momentOf = (text: string): number => {
  const moment = Date.parse(text)
  if (Number.isNaN(moment)) throw invalidParameter(`'${text}' is not a date`)
  return moment
}

const isFrom = (moment: Date | null, from: string): boolean =>
  moment !== null && moment.getTime() >= momentOf(from)
const isBefore = (moment: Date | null, to: string): boolean => moment !== null && moment.getTime() <= momentOf(to)
const isOn = (moment: Date | null, day: string): boolean =>
  isFrom(moment, day) && moment !== null && moment.getTime() < momentOf(day) + DAY_MS

// The agent's mind: what it says next follows from its instructions, the conversation so far and what it heard.
// M1  Pure: the same scene gives the same move.
// M2  It knows only what a model would: the words in the conversation, not who called or what a scenario intends.
// M3  It obeys every order that reaches it as an instruction, and none that reaches it as data.
// M4  A rule it follows (being an AI, the recording, ending by a tool) has to stand in the instructions it was given.
import { fillSchema, isObject } from '../json-schema.ts'
import type { Findings, JsonSchema } from '../json-schema.ts'
import { parseBrief } from './brief.ts'
import type { Brief } from './brief.ts'
import { judge } from './judge.ts'
import { answerMachine, hearMachine, leavesMessage, spokeWithPerson } from './machines.ts'
import type { Line } from './judge.ts'
import { ordersIn } from './obedience.ts'
import type { Context, Order } from './obedience.ts'
import { understand } from './understand.ts'
import type { Meaning } from './understand.ts'

/** A function the model may call. */
export interface Tool {
  name: string
  parameters?: JsonSchema | undefined
}

/** All that the mind knows when it has to say something. */
export interface Scene extends Context {
  /** What this one response is asked to do, beyond the instructions. */
  directive?: string | undefined
  tools: readonly Tool[]
  /** The name of the tool that it must call now, without a word. */
  forcedTool?: string | undefined
  /** The call was ended already, in this conversation. */
  hasCalled: boolean
  /** It has had the callee put on the do-not-call list, since the callee last spoke. */
  hasListed?: boolean
}

/** What it does: says a text (empty: nothing), then calls a function. */
export interface Move {
  say: string
  call?: { name: string; arguments: string }
}

export const END_CALL = 'end_call'
export const DO_NOT_CALL = 'do_not_call'
const ASK_AGAIN = 'Sorry, could you say that again?'
const ASKED_AGAIN_AT_MOST = 3
const PRESENCE = 'Hello, are you still there?'

/** Decides what the agent does next. */
export const decide = (scene: Scene): Move => {
  if (scene.forcedTool) return { say: '', call: callOf(scene, scene.forcedTool) }
  return obey(scene) ?? obeyOrders(scene) ?? nextMove(scene)
}

const obey = (scene: Scene): Move | undefined => {
  const directive = scene.directive ?? ''
  if (leavesMessage(directive, scene.lines)) return farewell(scene, message(parseBrief(scene.instructions)))
  const ends = /\bend_call\b|\b(?:end|finish) the call\b|\bhang up\b/i.test(directive)
  if (/\bsay (?:\w+ )*goodbye\b/i.test(directive) || (ends && !asksForPresence(directive)))
    return ends
      ? farewell(scene, 'Thank you for your time. Goodbye.')
      : { say: 'Thank you for your time. Goodbye.' }
  if (asksForPresence(directive) && agentLines(scene).length > 0) return { say: PRESENCE }
  if (/\brepeat\b|\binterrupted\b|\bcut off\b|\bwas lost\b/i.test(directive) && agentLines(scene).length > 0)
    return { say: 'I am sorry, the line was interrupted. Could you please repeat that?' }
  return undefined
}

const asksForPresence = (directive: string): boolean =>
  /\b(?:still|anyone|anybody|someone|somebody)\b[^.]*\b(?:there|line)\b/i.test(directive)

/** Whatever the call is about, orders come first; each is carried out once. */
const obeyOrders = (scene: Scene): Move | undefined => {
  for (const order of ordersIn(scene)) {
    const move = carryOut(scene, order)
    if (move) return move
  }
  return undefined
}

const carryOut = (scene: Scene, order: Order): Move | undefined => {
  if (order.kind === 'hang_up') return scene.hasCalled ? undefined : farewell(scene, 'Goodbye.')
  const text = order.kind === 'say' ? order.text : `Pressing ${order.key}.`
  return hasSaid(scene, text) ? undefined : { say: text }
}

const nextMove = (scene: Scene): Move => {
  const brief = parseBrief(scene.instructions)
  const request = brief.objective?.request ?? 'How can I help you?'
  const machine = hearMachine(heardSince(scene))
  const move = machine && brief.knowsMachines ? answerMachine(machine, scene, brief) : null
  if (move) return move.call?.name === END_CALL ? farewell(scene, '') : move
  if (!hasIntroduced(scene, brief)) return { say: `${introduction(brief)} ${request}` }
  if (!hasSaid(scene, request)) return { say: request }
  const heard = heardSince(scene)
  return heard === '' && !calleeSpokeLast(scene) ? { say: PRESENCE } : answer(scene, brief, understand(heard))
}

const answer = (scene: Scene, brief: Brief, meaning: Meaning): Move => {
  const request = brief.objective?.request ?? ''
  switch (meaning.kind) {
    case 'forbids_calls':
      return leaveAlone(scene, brief)
    case 'refuses':
      return farewell(scene, 'I understand. Thank you for your time. Goodbye.')
    case 'offers':
      return { say: `${upperFirst(meaning.what)} works too, thank you. Please book it.` }
    case 'asks_name':
      return { say: nameOf(brief) }
    case 'agrees':
      return hasSaid(scene, nameOf(brief)) ? farewell(scene, thanks) : { say: nameOf(brief) }
    case 'confirms':
    case 'tells_hours':
      return farewell(scene, thanks)
    case 'says_goodbye':
      return farewell(scene, 'Goodbye.')
    case 'asks_who':
      return { say: `This is an AI assistant${onBehalfOf(brief)}. ${request}` }
    case 'asks_to_wait':
      return { say: 'Of course, thank you.' }
    case 'asks_again':
    case 'greets':
      return answerAgain(scene, brief)
    case 'unclear':
    default:
      return askAgain(scene)
  }
}

/** A model does what it is told to by its rules, with the tool that it has for it. */
const leaveAlone = (scene: Scene, { honoursDoNotCall }: Brief): Move => {
  const isOffered = honoursDoNotCall && scene.tools.some(tool => tool.name === DO_NOT_CALL)
  if (!isOffered) return farewell(scene, 'I understand. Goodbye.')
  if (!scene.hasListed) return { say: '', call: callOf(scene, DO_NOT_CALL) }
  return farewell(scene, 'I am sorry, this number will not be called again. Goodbye.')
}

const thanks = 'Thank you very much. Goodbye.'

/** What it said before was not heard: it answers once more the last thing that meant something, or asks anew. */
const answerAgain = (scene: Scene, brief: Brief): Move => {
  const meant = scene.lines
    .filter(line => line.speaker === 'callee')
    .map(line => understand(line.text))
    .findLast(({ kind }) => kind === 'offers' || kind === 'asks_name')
  return meant ? answer(scene, brief, meant) : { say: brief.objective?.request ?? PRESENCE }
}

const askAgain = (scene: Scene): Move => {
  const asked = agentLines(scene).filter(line => line.text.includes(ASK_AGAIN)).length
  if (asked < ASKED_AGAIN_AT_MOST) return { say: ASK_AGAIN }
  return farewell(scene, 'I am sorry, I cannot understand you well. Thank you for your time. Goodbye.')
}

const introduction = (brief: Brief): string => {
  const who = brief.saysItIsAi ? `Hello, this is an AI assistant${onBehalfOf(brief)}` : `Hello${onBehalfOf(brief)}`
  return brief.saysItIsRecorded ? `${who}, and this call is recorded.` : `${who}.`
}

const message = (brief: Brief): string => `${introduction(brief)} ${brief.objective?.request ?? ''} Goodbye.`

const onBehalfOf = ({ callerName }: Brief): string => (callerName ? ` calling for ${callerName}` : '')

const nameOf = ({ callerName }: Brief): string => `Please put it under ${callerName ?? 'Errand'}.`

/** The introduction counts only if it was said to its end: the callee has to hear all of it. */
const hasIntroduced = (scene: Scene, brief: Brief): boolean =>
  hasSaid(scene, introduction(brief)) ||
  (brief.saysItIsAi
    ? agentLines(scene).some(line => /\bAI\b[^.!?]*[.!?]/.test(line.text))
    : agentLines(scene).some(line => line.text !== ''))

const hasSaid = (scene: Scene, sentence: string): boolean =>
  agentLines(scene).some(line => plain(line.text).includes(plain(sentence)))

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

const agentLines = ({ lines }: Scene): Line[] => lines.filter(line => line.speaker === 'agent')

const calleeSpokeLast = ({ lines }: Scene): boolean => lines.at(-1)?.speaker === 'callee'

const heardSince = ({ lines }: Scene): string => {
  const since = lines.findLastIndex(line => line.speaker === 'agent' && line.text !== '') + 1
  return lines
    .slice(since)
    .filter(line => line.speaker === 'callee')
    .map(line => line.text)
    .join(' ')
    .trim()
}

/** Says goodbye and, where the tool is there and was not used yet, ends the call. */
const farewell = (scene: Scene, say: string): Move => {
  const offered = scene.tools.some(tool => tool.name === END_CALL)
  return offered && !scene.hasCalled ? { say, call: callOf(scene, END_CALL) } : { say }
}

const callOf = (scene: Scene, name: string): { name: string; arguments: string } => {
  const parameters = scene.tools.find(tool => tool.name === name)?.parameters
  const filled = isObject(parameters) ? fillSchema(parameters, findingsOf(scene)) : {}
  const spokeWith =
    isObject(filled) && 'spoke_with' in filled
      ? { spoke_with: spokeWithPerson(scene.lines) ? 'person' : 'machine' }
      : {}
  return { name, arguments: JSON.stringify({ ...(isObject(filled) ? filled : {}), ...spokeWith }) }
}

const findingsOf = (scene: Scene): Findings => {
  const { objective } = parseBrief(scene.instructions)
  if (objective) return judge(objective, scene.lines)
  return { outcome: 'not_achieved', details: 'The call is over.', summary: 'The call is over.' }
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

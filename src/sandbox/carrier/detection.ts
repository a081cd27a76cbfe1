// Answering machine detection: https://www.twilio.com/docs/voice/answering-machine-detection
// A1  It says whom the scenario has it take the callee for, which need not be true.
// A2  A machine is told of when it is noticed (`Enable`), or when its greeting is over (`DetectMessageEnd`).
import type { Detected, Scenario } from '../scenarios/scenario.ts'
import type { Call } from './call.ts'
import type { PhoneLine } from './phone-line.ts'
import type { Reporting } from './reporting.ts'

const DETECTION_MS = 2000
/** A greeting that is not over by then is not waited for: the default of MachineDetectionTimeout. */
const TIMEOUT_MS = 30_000
/** The end of a greeting, or of a fax's tone, is certain only after a little silence. */
const END_MS = 300

interface DetectionDeps {
  call: Call
  scenario: Scenario
  line: PhoneLine
  reporting: Reporting
  over: AbortSignal
}

/** Detects who answered, where it was asked for; asynchronously, that is told to the callback. */
export const detectMachine = async (deps: DetectionDeps): Promise<void> => {
  const { call, line, reporting, over } = deps
  const { machineDetection } = call.parameters
  if (!machineDetection) return
  const answeredBy = await detect(deps, machineDetection.untilMessageEnd)
  if (over.aborted) return
  call.answeredBy = answeredBy
  if (!machineDetection.async || !machineDetection.callback) return
  const form = {
    CallSid: call.sid,
    AccountSid: call.accountSid,
    AnsweredBy: answeredBy,
    MachineDetectionDuration: String(answeredBy === 'human' ? DETECTION_MS : line.nowMs()),
  }
  await reporting.request(machineDetection.callback, form, { purpose: 'amd', event: answeredBy })
}

const detect = async (
  { scenario: { carrier, callee }, line, over }: DetectionDeps,
  untilMessageEnd: boolean,
): Promise<string> => {
  const detected: Detected = (carrier.kind === 'answers' && carrier.detects) || 'human'
  if (detected === 'unknown') {
    await line.after(TIMEOUT_MS, over)
    return detected
  }
  await line.after(DETECTION_MS, over)
  if (detected === 'human') return detected
  if (detected === 'machine' && !untilMessageEnd) return 'machine_start'
  await Promise.race([line.greeted, line.after(TIMEOUT_MS - DETECTION_MS, over)])
  await line.after(END_MS, over)
  if (detected === 'fax') return detected
  const hasBeep = callee !== null && 'machine' in callee && callee.machine === 'voicemail'
  return hasBeep ? 'machine_end_beep' : 'machine_end_other'
}

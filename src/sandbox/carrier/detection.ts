// Answering machine detection: https://www.twilio.com/docs/voice/answering-machine-detection
import type { Call } from './call.ts'
import type { PhoneLine } from './phone-line.ts'
import type { Reporting } from './reporting.ts'

const DETECTION_MS = 2000

/** Detects who answered, where it was asked for; asynchronously, that is told to the callback. Everybody is a person here. */
export const detectMachine = async ({ call, line, reporting, over }: DetectionDeps): Promise<void> => {
  const { machineDetection } = call.parameters
  if (!machineDetection) return
  await line.after(DETECTION_MS, over)
  if (over.aborted) return
  call.answeredBy = 'human'
  if (!machineDetection.async || !machineDetection.callback) return
  const form = {
    CallSid: call.sid,
    AccountSid: call.accountSid,
    AnsweredBy: call.answeredBy,
    MachineDetectionDuration: String(DETECTION_MS),
  }
  await reporting.request(machineDetection.callback, form, { purpose: 'amd', event: call.answeredBy })
}

interface DetectionDeps {
  call: Call
  line: PhoneLine
  reporting: Reporting
  over: AbortSignal
}

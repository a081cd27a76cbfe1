// A response that goes wrong in the middle of its first sentence. The vendor's documentation has the errors; a socket
// that drops, a frame that is cut short and a model that falls silent need none.
import type { SessionFault } from '../../scenarios/scenario.ts'
import { troubleWith } from '../faults.ts'
import { isContinued, linesOf } from './conversation.ts'
import { expire } from './expiry.ts'
import type { Send, Session } from './session-state.ts'

/** So many pieces of audio are sent first. */
const PIECES_BEFORE = 4
/** Where every session breaks off, enough for the callee's words to be written down meanwhile. */
const PIECES_BEFORE_EACH = 24

export interface Fault {
  kind: SessionFault
  piecesBefore: number
}

/** The fault that befalls the response of a session, by what was said so far; null: none. */
export const faultOf = ({ conversation }: Session): Fault | null => {
  const trouble = troubleWith(linesOf(conversation))
  if (!trouble?.session) return null
  if (trouble.again) return { kind: trouble.session, piecesBefore: PIECES_BEFORE_EACH }
  return isContinued(conversation) ? null : { kind: trouble.session, piecesBefore: PIECES_BEFORE }
}

/** Sends as the session does, until the fault: the words that bring it may be written down while the response is under way. */
export const sendUntilFault = (session: Session): Send => {
  let pieces = 0
  let isStruck = false
  return (type, fields) => {
    if (isStruck) return
    session.send(type, fields)
    if (type !== 'response.output_audio.delta') return
    pieces++
    const fault = faultOf(session)
    if (fault?.piecesBefore !== pieces) return
    isStruck = true
    strike(session, fault.kind)
  }
}

const strike = (session: Session, fault: SessionFault): void => {
  const { socket, send } = session
  switch (fault) {
    case 'dropped':
      return socket.terminate()
    case 'closed':
      return socket.close(1011, 'The server had an error while processing your request.')
    case 'expired':
      return expire(session)
    case 'server_error':
      return send('error', {
        error: {
          type: 'server_error',
          code: null,
          message: 'The server had an error while processing your request.',
          param: null,
          event_id: null,
        },
      })
    case 'cut_frame':
      return socket.send('{"type":"response.output_audio.delta","delta":"')
    case 'silent':
      return undefined
  }
}

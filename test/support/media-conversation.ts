// A conversation on a media host whose stream has started, between a scripted carrier and a scripted model.
import { turnsOf } from '../../src/conversations/conversation.ts'
import type { ScriptedCarrier } from './media-carrier.ts'
import type { Media } from './media-host.ts'
import type { ScriptedSession } from './media-model.ts'

/** Lets media time pass, until the model has heard all of it. */
export const passBetween = async (carrier: ScriptedCarrier, session: ScriptedSession, ms: number) => {
  carrier.pass(ms)
  for (let frame = 0; frame < ms / 20; frame++) await session.next('input_audio_buffer.append')
}

export const inConversation = async (media: Media, options: Parameters<Media['converse']>[0] = {}) => {
  const part = media.converse(options)
  const carrier = await part.connect()
  const session = await media.model.nextSession()
  const pass = (ms: number) => passBetween(carrier, session, ms)
  /** Lets media time pass until our side closes the stream; gives the code that it closes with. */
  const passUntilClosed = async (): Promise<number> => {
    while (carrier.socket.readyState === carrier.socket.OPEN) {
      carrier.pass(20)
      await Promise.race([session.next('input_audio_buffer.append'), carrier.closed])
    }
    return await carrier.closed
  }
  await pass(20)
  return { ...part, carrier, session, pass, passUntilClosed }
}

/** What the store has of a conversation. */
export const storedConversation = async (media: Media, callId: string) => {
  const conversation = (await media.conversations.find(callId))!
  return { conversation, turns: turnsOf(conversation) }
}

/** The carrier says that the callee has hung up. */
export const hungUp = (media: Media, callId: string): Promise<boolean> =>
  media.conversations.end(callId, { by: 'carrier', reason: 'callee_hung_up', at: new Date() })

/** The agent calls the tool that ends the call. */
export const endsCall = (session: ScriptedSession): void =>
  session.send('response.function_call_arguments.done', {
    item_id: 'f1',
    call_id: 'call_1',
    name: 'end_call',
    arguments: '{"reason":"objective_reached"}',
  })

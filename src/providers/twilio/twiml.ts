import twilio from 'twilio'

const { VoiceResponse } = twilio.twiml

const FILLER = 'One moment please, I will be right back with you.'
const GOODBYE = 'I am sorry, the line was lost. Goodbye.'
const APOLOGY = 'I am sorry, I cannot go on with this call. Goodbye.'

/** Ends the call. */
export const hangUpTwiml = (): string => {
  const response = new VoiceResponse()
  response.hangup()
  return response.toString()
}

/** Connects a stream, and asks again at `nextUrl` when its socket has closed. A stream's URL takes no query, so what it needs travels as parameters. */
export const connectTwiml = (stream: {
  url: string
  token: string
  callId: string
  generation: number
  nextUrl: string
}): string => {
  const response = new VoiceResponse()
  const media = response.connect().stream({ url: stream.url })
  media.parameter({ name: 'token', value: stream.token })
  media.parameter({ name: 'call_id', value: stream.callId })
  media.parameter({ name: 'generation', value: String(stream.generation) })
  response.redirect({ method: 'POST' }, stream.nextUrl)
  return response.toString()
}

/** Says that it takes a moment, and asks again at `nextUrl`. */
export const fillerTwiml = (nextUrl: string): string => {
  const response = new VoiceResponse()
  response.say(FILLER)
  response.redirect({ method: 'POST' }, nextUrl)
  return response.toString()
}

/** Says goodbye for a line that could not be restored, and ends the call. */
export const goodbyeTwiml = (): string => lastWords(GOODBYE)

/** Apologises for an agent that cannot speak any more, and ends the call. */
export const apologyTwiml = (): string => lastWords(APOLOGY)

const lastWords = (text: string): string => {
  const response = new VoiceResponse()
  response.say(text)
  response.hangup()
  return response.toString()
}

// A leg and the model that hears it, with our side between them: slow to pass on what it has taken.
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { speak } from '../../src/sandbox/voice/speech.ts'
import { connectTwiml, startPair } from './carrier-our-side.ts'
import type { Message, Pair } from './carrier-our-side.ts'
import { configure, connect } from './model/client.ts'

const INTERRUPTS_ONCE = '+14155550106'
/** 20 ms of wall time are a second of media at the speed of the pair. */
const RELAY_MS = 20
/** The ear needs 60 ms to notice speech, and the leg is 100 ms ahead of it; the rest is for a machine so busy that the leg gives up waiting. */
const SOON_MS = 500

let pair: Pair
beforeAll(async () => {
  pair = await startPair()
})
afterAll(() => pair.stop())

it('a leg waits for the ear of the model, however far our side is behind', async () => {
  const model = await connect(new URL(pair.sandbox.url).host)
  await configure(model)
  pair.us.answer(({ path }) => (path === '/twiml' ? connectTwiml(pair.us.streamUrl) : ''))
  pair.us.serve((socket, _start, send) => {
    socket.on('carrier', ({ event, media }: Message & { media?: { payload: string } }) => {
      if (event === 'media')
        void delay(RELAY_MS).then(() => model.send('input_audio_buffer.append', { audio: media?.payload }))
    })
    void (async () => {
      await model.next('input_audio_buffer.speech_stopped')
      const text = 'This is a sentence that goes on for rather longer than anybody would like to listen to it.'
      const payload = Buffer.concat(speak({ text, utterance: 1 })).toString('base64')
      send({ event: 'media', media: { payload } })
      await model.next('input_audio_buffer.speech_started')
      send({ event: 'clear' })
      await model.next('input_audio_buffer.speech_stopped')
      socket.close(1000)
    })()
  })
  const { callee } = await pair.ended(await pair.dial({ To: INTERRUPTS_ONCE }))
  const cut = callee.find(({ kind }) => kind === 'heard')!
  const into = callee.find(({ kind, atMs }) => kind === 'said' && atMs > cut.atMs)!
  expect(cut.whole).toBe(false)
  expect(cut.endMs - into.atMs).toBeLessThan(SOON_MS)
  model.socket.close()
})

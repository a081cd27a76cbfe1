// The two messages that carry audio are read without `JSON.parse` where they look as they are always sent: with the same
// result for any bytes.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { parseCarrierMessage, readCarrierMessage } from '../../../src/media/frames.ts'
import { parseEvent, readEvent } from '../../../src/providers/openai/events.ts'

const base64 = fc.uint8Array({ minLength: 1, maxLength: 200 }).map(bytes => Buffer.from(bytes).toString('base64'))
const count = fc.nat(100_000).map(String)

const carrierMedia = fc.tuple(count, count, count, base64).map(([sequenceNumber, chunk, timestamp, payload]) => ({
  event: 'media',
  sequenceNumber,
  media: { track: 'inbound', chunk, timestamp, payload },
  streamSid: 'MZ18ad3ab5a668481ce02b83e7395059f0',
}))

const modelAudio = fc
  .tuple(fc.nat(9), fc.nat(9), base64, fc.boolean())
  .map(([output, content, delta, isTypeFirst]) => ({
    ...(isTypeFirst && { type: 'response.output_audio.delta' }),
    event_id: 'event_B1',
    ...(!isTypeFirst && { type: 'response.output_audio.delta' }),
    response_id: 'resp_001',
    item_id: 'item_008',
    output_index: output,
    content_index: content,
    delta,
  }))

/** One edit of a text: bytes put in the place of others, anywhere or where a word or a number begins or ends. */
const edit = fc.record({
  at: fc.nat(9_999).map(place => place / 10_000),
  isAtWord: fc.boolean(),
  removed: fc.nat(4),
  put: fc.oneof(
    fc.constantFrom(
      '',
      '"',
      '\\',
      '\\u0041',
      ' ',
      '\n',
      ',',
      ':',
      '{',
      '}',
      '0',
      '00',
      '-',
      '=',
      '==',
      'A',
      '"event":"stop",',
    ),
    fc.string({ unit: 'binary', maxLength: 4 }),
  ),
})

const oddNumber = fc.constantFrom('01', '-1', '1.5', '1e3', '', 'null', '9'.repeat(20), '१')

/** The message as it is sent, and what is a little different from it: bytes, key order, white space, keys said twice. */
const spoiled = (message: fc.Arbitrary<object>): fc.Arbitrary<Buffer> =>
  fc
    .oneof(
      message.map(value => JSON.stringify(value)),
      message.map(value => JSON.stringify(value, null, 1)),
      message.map(value => JSON.stringify(Object.fromEntries(Object.entries(value).toReversed()))),
      fc
        .tuple(message, message)
        .map(([one, other]) => `${JSON.stringify(one).slice(0, -1)},${JSON.stringify(other).slice(1)}`),
      fc.tuple(message, fc.nat(5), oddNumber).map(([value, place, odd]) => {
        let at = 0
        return JSON.stringify(value).replaceAll(/(?<=[:"])\d+(?=[",])/g, number => (at++ === place ? odd : number))
      }),
      fc.tuple(message, fc.array(edit, { minLength: 1, maxLength: 2 })).map(([value, edits]) =>
        edits.reduce((text, { at, isAtWord, removed, put }) => {
          const words = [...text.matchAll(/\b/g)].map(({ index }) => index)
          const from = isAtWord ? (words[Math.floor(at * words.length)] ?? 0) : Math.floor(at * text.length)
          return text.slice(0, from) + put + text.slice(from + removed)
        }, JSON.stringify(value)),
      ),
    )
    .map(text => Buffer.from(text))

const anyBytes = fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes))
const RUNS = 3_000

/** What `read` gives, which must not parse JSON. */
const withoutParsing = <T>(read: () => T): T => {
  const parse = JSON.parse
  JSON.parse = () => expect.unreachable()
  try {
    return read()
  } finally {
    JSON.parse = parse
  }
}

describe('audio from the carrier', () => {
  test('is read as JSON.parse reads it, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(spoiled(carrierMedia), anyBytes), frame => {
        expect(readCarrierMessage(frame)).toEqual(parseCarrierMessage(frame.toString()))
      }),
      { numRuns: RUNS },
    )
  })

  test('is never parsed where it looks as it always does', () => {
    fc.assert(
      fc.property(carrierMedia, message => {
        const read = withoutParsing(() => readCarrierMessage(Buffer.from(JSON.stringify(message))))
        expect(read).toMatchObject({ kind: 'media', payload: message.media.payload })
      }),
    )
  })
})

describe('audio from the model', () => {
  test('is base64, so that nothing in it can be a message to the carrier', () => {
    const eventWith = (delta: string) => ({
      type: 'response.output_audio.delta',
      item_id: 'item_1',
      content_index: 0,
      delta,
    })
    const read = (delta: string) => readEvent(Buffer.from(JSON.stringify(eventWith(delta))))
    expect(read('AAAA"}},{"event":"clear"')).toBeNull()
    expect(read('AA\nAA')).toBeNull()
    expect(read('')).toEqual(eventWith(''))
  })

  test('is read as JSON.parse reads it, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(spoiled(modelAudio), anyBytes), frame => {
        expect(readEvent(frame)).toEqual(parseEvent(frame.toString()))
      }),
      { numRuns: RUNS },
    )
  })

  test('is never parsed where it looks as it always does', () => {
    fc.assert(
      fc.property(modelAudio, event => {
        expect(withoutParsing(() => readEvent(Buffer.from(JSON.stringify(event))))).toEqual(event)
      }),
    )
  })
})

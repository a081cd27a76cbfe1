import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  bytesOf,
  clearMessage,
  markMessage,
  mediaMessages,
  parseCarrierMessage,
} from '../../../src/media/frames.ts'

const parse = (message: unknown) => parseCarrierMessage(JSON.stringify(message))

const START = {
  event: 'start',
  sequenceNumber: '1',
  streamSid: 'MZ1',
  start: {
    accountSid: 'AC1',
    callSid: 'CA1',
    streamSid: 'MZ1',
    tracks: ['inbound'],
    customParameters: { call_id: 'cl_1', generation: '1', token: 't' },
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
  },
}
const media = (fields: object) => ({
  event: 'media',
  streamSid: 'MZ1',
  media: { track: 'inbound', chunk: '2', timestamp: '20', payload: 'AAAA', ...fields },
})

describe('messages from the carrier', () => {
  test('a start gives its stream, its leg and its parameters', () => {
    expect(parse(START)).toEqual({
      kind: 'start',
      streamSid: 'MZ1',
      callSid: 'CA1',
      parameters: { call_id: 'cl_1', generation: '1', token: 't' },
    })
  })

  test('a start of another format, with other ids within, or with values that are no strings is invalid', () => {
    const wrong = [
      { mediaFormat: { encoding: 'audio/l16', sampleRate: 8000, channels: 1 } },
      { streamSid: 'MZ2' },
      { customParameters: { generation: 1 } },
      { callSid: undefined },
    ]
    for (const fields of wrong)
      expect(parse({ ...START, start: { ...START.start, ...fields } })).toEqual({
        kind: 'invalid',
        problem: 'malformed start',
      })
  })

  test('media gives its time as a number and its payload untouched', () => {
    expect(parse(media({}))).toEqual({
      kind: 'media',
      streamSid: 'MZ1',
      track: 'inbound',
      timestampMs: 20,
      payload: 'AAAA',
    })
  })

  test('media that is not base64, has no whole time, or comes without a stream is invalid', () => {
    const wrong = [
      { payload: 'AAA' },
      { payload: 'A"AA' },
      { payload: '' },
      { payload: 7 },
      { timestamp: '-1' },
      { timestamp: 20 },
    ]
    for (const fields of wrong) expect(parse(media(fields)).kind).toBe('invalid')
    expect(parse({ ...media({}), streamSid: undefined }).kind).toBe('invalid')
  })

  test('marks, keys and the stop are understood', () => {
    expect(parse({ event: 'mark', streamSid: 'MZ1', mark: { name: 'm1' } })).toMatchObject({
      kind: 'mark',
      name: 'm1',
    })
    expect(parse({ event: 'dtmf', streamSid: 'MZ1', dtmf: { digit: '5' } })).toMatchObject({
      kind: 'dtmf',
      digit: '5',
    })
    expect(parse({ event: 'stop', streamSid: 'MZ1', stop: {} })).toMatchObject({ kind: 'stop' })
    expect(parse({ event: 'connected', protocol: 'Call', version: '1.0.0' })).toEqual({ kind: 'connected' })
  })

  test('an event that is not documented is told apart from one that is malformed', () => {
    expect(parse({ event: 'weather', streamSid: 'MZ1' })).toEqual({ kind: 'unknown', event: 'weather' })
    expect(parse({ event: 'constructor', streamSid: 'MZ1' }).kind).toBe('unknown')
    for (const text of ['', 'null', '[]', '7', '{', '{"event":7}'])
      expect(parseCarrierMessage(text).kind).toBe('invalid')
  })

  test('no text makes the parser throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), text => void parseCarrierMessage(text)))
  })
})

test('messages to the carrier have the documented shape', () => {
  expect(JSON.parse(mediaMessages('MZ1')('AAAA'))).toEqual({
    event: 'media',
    streamSid: 'MZ1',
    media: { payload: 'AAAA' },
  })
  expect(JSON.parse(markMessage('MZ1', 'm1'))).toEqual({ event: 'mark', streamSid: 'MZ1', mark: { name: 'm1' } })
  expect(JSON.parse(clearMessage('MZ1'))).toEqual({ event: 'clear', streamSid: 'MZ1' })
})

test('the size of base64 is known without decoding it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), bytes => {
      expect(bytesOf(Buffer.from(bytes).toString('base64'))).toBe(bytes.length)
    }),
  )
})

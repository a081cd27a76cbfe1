// The messages of one direction of a WebSocket (RFC 6455), found in a stream of bytes that begins with its handshake.
// Only what is asked for is unmasked: the audio passes by as bytes that are skipped.

export interface WsScanner {
  /** Reads on; `onMessage` is called for each whole frame with the first bytes of its payload. */
  read: (chunk: Buffer) => void
}

const KEPT_BYTES = 65_536

/** A scanner whose `onMessage` is called with the opcode and up to 64 KiB of the payload, unmasked. */
export const createWsScanner = (onMessage: (opcode: number, start: () => string) => void): WsScanner => {
  let isOpen = false
  let header: Buffer = Buffer.alloc(0)
  let left = 0
  let kept: Buffer[] = []
  let keptBytes = 0
  let opcode = 0
  let mask: Buffer | null = null

  const finish = (): void => {
    const [parts, own] = [kept, mask]
    onMessage(opcode, () => {
      const payload = Buffer.concat(parts)
      if (own) for (let n = 0; n < payload.length; n++) payload[n] = (payload[n] ?? 0) ^ (own[n % 4] ?? 0)
      return payload.toString()
    })
    kept = []
    keptBytes = 0
  }

  /** The rest after the frame's header, or null while the header is not whole. */
  const readHeader = (bytes: Buffer): Buffer | null => {
    if (bytes.length < 2) return null
    const second = bytes[1] ?? 0
    const short = second & 0x7f
    const isMasked = (second & 0x80) !== 0
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
    const size = 2 + lengthBytes + (isMasked ? 4 : 0)
    if (bytes.length < size) return null
    opcode = (bytes[0] ?? 0) & 0x0f
    left = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
    mask = isMasked ? bytes.subarray(size - 4, size) : null
    return bytes.subarray(size)
  }

  const readFrames = (chunk: Buffer): void => {
    let rest = chunk
    for (;;) {
      if (left > 0) {
        const part = rest.subarray(0, left)
        if (part.length === 0) return
        if (keptBytes < KEPT_BYTES) kept.push(part)
        keptBytes += part.length
        left -= part.length
        rest = rest.subarray(part.length)
        if (left > 0) return
        finish()
        continue
      }
      const whole = header.length > 0 ? Buffer.concat([header, rest]) : rest
      const after = readHeader(whole)
      header = after ? Buffer.alloc(0) : whole
      if (!after) return
      rest = after
      if (left === 0) finish()
    }
  }

  return {
    read: chunk => {
      if (isOpen) return readFrames(chunk)
      header = Buffer.concat([header, chunk])
      const end = header.indexOf('\r\n\r\n')
      if (end === -1) return
      isOpen = true
      const rest = header.subarray(end + 4)
      header = Buffer.alloc(0)
      if (rest.length > 0) readFrames(rest)
    },
  }
}

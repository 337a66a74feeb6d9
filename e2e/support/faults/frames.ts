/** One frame of a WebSocket (RFC 6455, 5.2). */
export interface Frame {
  /** As it came. */
  readonly bytes: Buffer
  /** What it says, when it is a whole text message; other frames are none of ours. */
  readonly text: string | undefined
}

const TEXT = 1

/** Cuts what comes from one side of a WebSocket into frames. */
export class FrameCutter {
  #rest: Buffer = Buffer.alloc(0)

  /** The frames that are complete now. */
  push(data: Buffer): Frame[] {
    this.#rest = Buffer.concat([this.#rest, data])
    const frames: Frame[] = []
    for (let frame = first(this.#rest); frame !== undefined; frame = first(this.#rest)) {
      frames.push(frame)
      this.#rest = this.#rest.subarray(frame.bytes.length)
    }
    return frames
  }
}

/** As a server sends it: in one frame, not masked. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const head = Buffer.from([0x80 | TEXT, Math.min(payload.length, payload.length > 0xffff ? 127 : 126)])
  const length = Buffer.alloc(payload.length < 126 ? 0 : payload.length > 0xffff ? 8 : 2)
  if (length.length > 0) length.writeUIntBE(payload.length, Math.max(0, length.length - 6), Math.min(length.length, 6))
  return Buffer.concat([head, length, payload])
}

function first(data: Buffer): Frame | undefined {
  if (data.length < 2) return undefined
  const short = data[1]! & 127
  const extended = short < 126 ? 0 : short === 126 ? 2 : 8
  const mask = (data[1]! & 128) === 0 ? 0 : 4
  const start = 2 + extended + mask
  if (data.length < start) return undefined
  const length = extended === 0 ? short : extended === 2 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2))
  if (data.length < start + length) return undefined
  const payload = Buffer.from(data.subarray(start, start + length))
  if (mask > 0) payload.forEach((byte, n) => { payload[n] = byte ^ data[start - 4 + n % 4]! })
  return { bytes: data.subarray(0, start + length), text: data[0] === (0x80 | TEXT) ? payload.toString() : undefined }
}

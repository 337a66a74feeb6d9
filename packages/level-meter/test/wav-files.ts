import { parseWav, type Wav, type WavFormat } from '../src/cli/wav.ts'

export interface FormatFields {
  tag?: number
  channels?: number
  sampleRate?: number
  bits?: number
  frameBytes?: number
  /** Makes it WAVE_FORMAT_EXTENSIBLE; `tag` then is that of the sub-format. */
  extensible?: { mask?: number, validBits?: number, identifierEnd?: string }
}

/** A chunk as it lies in a file, padded to an even length. `size`: what its header says, if not the truth. */
export function chunk(id: string, body: Uint8Array, size: number = body.length): Uint8Array {
  const header = new Uint8Array(8)
  header.set(Buffer.from(id, 'latin1'))
  new DataView(header.buffer).setUint32(4, size, true)
  return Buffer.concat([header, body, new Uint8Array(body.length % 2)])
}

export function fmt({ tag = 1, channels = 2, sampleRate = 48_000, bits = 16, frameBytes = channels * Math.ceil(bits / 8), extensible }: FormatFields = {}): Uint8Array {
  const view = new DataView(new ArrayBuffer(extensible ? 40 : 16))
  view.setUint16(0, extensible ? 0xfffe : tag, true)
  view.setUint16(2, channels, true)
  view.setUint32(4, sampleRate, true)
  view.setUint32(8, sampleRate * frameBytes, true)
  view.setUint16(12, frameBytes, true)
  view.setUint16(14, bits, true)
  if (extensible) {
    view.setUint16(16, 22, true)
    view.setUint16(18, extensible.validBits ?? bits, true)
    view.setUint32(20, extensible.mask ?? 0, true)
    view.setUint16(24, tag, true)
    Buffer.from(extensible.identifierEnd ?? '000000001000800000aa00389b71', 'hex').copy(new Uint8Array(view.buffer), 26)
  }
  return chunk('fmt ', new Uint8Array(view.buffer))
}

/** A ds64 chunk with the size of the samples. */
export function ds64(dataSize: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(28))
  view.setBigUint64(8, dataSize, true)
  return chunk('ds64', new Uint8Array(view.buffer))
}

/** A file of chunks. `size`: what it says of its length, if not the truth. */
export function riff(chunks: readonly Uint8Array[], { id = 'RIFF', kind = 'WAVE', size }: { id?: string, kind?: string, size?: number } = {}): Uint8Array {
  return chunk(id, Buffer.concat([Buffer.from(kind, 'latin1'), ...chunks]), size)
}

/** Interleaves and encodes samples of -1 to 1: the inverse of `decodeFrames`. */
export function encode(coding: WavFormat['coding'], channels: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = Number(/\d+/.exec(coding)) / 8
  const frames = channels[0]?.length ?? 0
  const encoded = Buffer.alloc(frames * channels.length * bytes)
  for (let i = 0; i < frames * channels.length; i++) {
    const x = channels[i % channels.length]?.[Math.floor(i / channels.length)] ?? 0
    if (coding === 'float32') encoded.writeFloatLE(x, i * bytes)
    else if (coding === 'float64') encoded.writeDoubleLE(x, i * bytes)
    else {
      const half = 2 ** (8 * bytes - 1)
      const value = Math.max(-half, Math.min(half - 1, Math.round(x * half)))
      if (coding === 'uint8') encoded.writeUInt8(value + half, i)
      else encoded.writeIntLE(value, i * bytes, bytes)
    }
  }
  return encoded
}

/** `size`: bytes of the file, of which `bytes` are the first. */
export function parseBytes(bytes: Uint8Array, size: number = bytes.length): Wav {
  return parseWav((position, length) => bytes.subarray(position, position + length), size)
}

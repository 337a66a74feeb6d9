/** What is wrong with a file, in words that follow its name. */
export class WavError extends Error {
  override readonly name = 'WavError'
}

/** Gives the file's bytes from `position`: `length` of them, fewer at the file's end. */
export type ReadAt = (position: number, length: number) => Uint8Array

/** How a sample is stored, little-endian. Values: n-bit integers divided by 2^(n-1), so -1 to just under 1; floats as they are. */
const codings = {
  uint8: { bytes: 1, sample: (view: DataView, at: number): number => (view.getUint8(at) - 128) / 128 },
  int16: { bytes: 2, sample: (view: DataView, at: number): number => view.getInt16(at, true) / 2 ** 15 },
  int24: { bytes: 3, sample: (view: DataView, at: number): number => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23 },
  int32: { bytes: 4, sample: (view: DataView, at: number): number => view.getInt32(at, true) / 2 ** 31 },
  float32: { bytes: 4, sample: (view: DataView, at: number): number => view.getFloat32(at, true) },
  float64: { bytes: 8, sample: (view: DataView, at: number): number => view.getFloat64(at, true) },
}

/** The `fmt ` chunk. */
export interface WavFormat {
  readonly coding: keyof typeof codings
  /** Bits that carry sound; the rest of the sample's bytes are zeros below them. */
  readonly bits: number
  /** At least 1. */
  readonly channels: number
  /** Hz, at least 1. */
  readonly sampleRate: number
  /** Bytes of one frame. */
  readonly frameBytes: number
  /** The speakers, a bit each, in the order of the channels (`speakers.ts`); 0 = not told. */
  readonly channelMask: number
}

/** A WAV file's format, and where its samples are. */
export interface Wav extends WavFormat {
  /** Position of the first frame in the file. */
  readonly start: number
  /** Whole frames that are really there. */
  readonly frames: number
  /** Bytes of samples that the header announces and the file lacks. */
  readonly missingBytes: number
}

/** In a 32-bit size: written before the size was known, or larger than 32 bits can say. */
const unknownSize = 0xffff_ffff
/** Of chunks before the samples, so that a hostile file ends some time. Real files have a dozen. */
const maxChunks = 10_000

/**
 * Finds format and samples of a WAV file: RIFF, and RF64 or BW64 for more than 4 GB (EBU Tech 3306, ITU-R BS.2088), with
 * the chunks in any order that has `fmt ` before `data`. A `data` without a size, as of writers to a pipe, lasts until the
 * file's end. Throws WavError for everything else.
 * @param size bytes of the file
 */
export function parseWav(read: ReadAt, size: number): Wav {
  const riffSize = parseContainer(read(0, 12))
  let format: WavFormat | undefined
  let largeSize: number | undefined
  let position = 12
  for (let chunk = 0; chunk < maxChunks; chunk++) {
    const header = read(position, 8)
    if (header.length < 8) break
    const id = textOf(header.subarray(0, 4))
    const length = viewOf(header).getUint32(4, true)
    const start = position + 8
    if (!/^[ -~]{4}$/.test(id)) throw new WavError(`damaged: there is no chunk at byte ${position}`)
    if (id === 'ds64') largeSize = parseLargeSize(read(start, Math.min(length, 16)))
    if (id === 'fmt ') format = parseFormat(read(start, Math.min(length, 40)))
    if (id === 'data') {
      if (format === undefined) throw new WavError('damaged: the samples come before their format')
      const isPlaceholder = length === 0 && riffSize + 8 !== size
      const announced = length === unknownSize ? largeSize : isPlaceholder ? undefined : length
      return locate(format, start, size - start, announced)
    }
    position = start + length + length % 2 // chunks begin at even positions
  }
  throw new WavError(`damaged: it has no ${format === undefined ? 'format' : 'samples'} (no ${format === undefined ? 'fmt' : 'data'} chunk)`)
}

function locate(format: WavFormat, start: number, present: number, announced = present): Wav {
  const frames = Math.floor(Math.min(announced, present) / format.frameBytes)
  if (frames === 0) throw new WavError('there are no samples in it')
  return { ...format, start, frames, missingBytes: Math.max(0, announced - present) }
}

/** Fills each channel with its samples of `bytes`, which begin with a whole frame. */
export function decodeFrames({ coding, frameBytes }: WavFormat, bytes: Uint8Array, channels: readonly Float32Array[]): void {
  const view = viewOf(bytes)
  const { bytes: sampleBytes, sample } = codings[coding]
  channels.forEach((samples, channel) => {
    for (let i = 0, at = channel * sampleBytes; i < samples.length; i++, at += frameBytes) samples[i] = sample(view, at)
  })
}

/** Returns the size that the file says it has, less 8. */
function parseContainer(header: Uint8Array): number {
  if (header.length === 0) throw new WavError('the file is empty')
  const id = textOf(header.subarray(0, 4))
  const kind = textOf(header.subarray(8, 12))
  const isRiff = id === 'RIFF' || id === 'RF64' || id === 'BW64'
  if (isRiff && header.length < 12) throw new WavError(`damaged: it ends after ${header.length} bytes`)
  if (isRiff && kind === 'WAVE') return viewOf(header).getUint32(4, true)
  const guess = isRiff ? `RIFF of kind '${kind}'` : foreign.find(([pattern]) => pattern.test(textOf(header)))?.[1]
  throw new WavError(`not a WAV file${guess === undefined ? '' : `; it looks like ${guess}`}`)
}

const foreign: readonly (readonly [RegExp, string])[] = [
  [/^(ID3|\xff[\xe2-\xef\xf2-\xff])/, 'MP3'], [/^fLaC/, 'FLAC'], [/^OggS/, 'Ogg'], [/^FORM/, 'AIFF'], [/^caff/, 'CAF'], [/^....ftyp/s, 'MP4'],
  [/^.E\xdf\xa3/s, 'Matroska or WebM'], [/^riff/, 'Wave64'], [/^RIFX/, 'a big-endian WAV file (RIFX)'],
]

/** Size of the `data` chunk, undefined if it is not told. */
function parseLargeSize(chunk: Uint8Array): number | undefined {
  if (chunk.length < 16) throw new WavError('damaged: its ds64 chunk is too short')
  const size = Number(viewOf(chunk).getBigUint64(8, true))
  return size === 0 || size > Number.MAX_SAFE_INTEGER ? undefined : size
}

const extensible = 0xfffe
/** The end of the identifier that stands for an old codec number (KSDATAFORMAT_SUBTYPE_WAVEFORMATEX). */
const numberedCodec = '000000001000800000aa00389b71'
const codecNames: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM', 6: 'A-law', 7: 'mu-law', 0x11: 'IMA ADPCM', 0x31: 'GSM 6.10', 0x50: 'MPEG audio', 0x55: 'MP3', 0xff: 'AAC', 0x161: 'WMA',
}

function parseFormat(chunk: Uint8Array): WavFormat {
  const view = viewOf(chunk)
  const tag = chunk.length < 2 ? 0 : view.getUint16(0, true)
  const needed = tag === extensible ? 40 : 16
  if (chunk.length < needed) throw new WavError(`damaged: its fmt chunk has ${chunk.length} bytes instead of ${needed}`)
  const codec = tag === extensible ? codecOfIdentifier(chunk.subarray(24, 40)) : tag
  const channels = view.getUint16(2, true)
  const sampleRate = view.getUint32(4, true)
  const frameBytes = view.getUint16(12, true)
  const bits = view.getUint16(14, true)
  if (codec !== 1 && codec !== 3) {
    const number = `codec 0x${codec.toString(16).padStart(4, '0')}`
    throw new WavError(`the samples are compressed as ${codecNames[codec] ?? 'something unknown'} (${number}); only PCM and float can be read`)
  }
  if (channels === 0) throw new WavError('damaged: it says it has 0 channels')
  if (sampleRate === 0) throw new WavError('damaged: it says its sample rate is 0 Hz')
  const validBits = tag === extensible ? view.getUint16(18, true) : bits
  return {
    coding: codingOf(codec === 3, bits, frameBytes / channels), bits: validBits === 0 || validBits > bits ? bits : validBits,
    channels, sampleRate, frameBytes, channelMask: tag === extensible ? view.getUint32(20, true) : 0,
  }
}

/** Integers of odd widths, such as 20 bits, are in the upper bits of their bytes: they are read as the whole bytes. */
function codingOf(isFloat: boolean, bits: number, bytes: number): WavFormat['coding'] {
  const coding = (isFloat ? (['float32', 'float64'] as const) : (['uint8', 'int16', 'int24', 'int32'] as const)).find((name) => codings[name].bytes === bytes)
  if (coding !== undefined && bits > 0 && (isFloat ? bits === 8 * bytes : bits <= 8 * bytes)) return coding
  const found = `${bits}-bit ${isFloat ? 'float' : 'integer'} samples in ${Number(bytes.toFixed(2))} bytes each`
  throw new WavError(`it has ${found}; 8, 16, 24, 32 bit integers and 32, 64 bit floats can be read`)
}

function codecOfIdentifier(identifier: Uint8Array): number {
  const hex = Array.from(identifier, (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (!hex.endsWith(numberedCodec)) throw new WavError(`the samples are of an unknown kind (sub-format ${hex}); only PCM and float can be read`)
  return viewOf(identifier).getUint16(0, true)
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

import { expect, test } from 'vitest'
import { seededRandom } from '../../test/signals.ts'
import { chunk, ds64, encode, fmt, parseBytes, riff, type FormatFields } from '../../test/wav-files.ts'
import { decodeFrames, WavError, type Wav } from './wav.ts'

const samples = (bytes: number): Uint8Array => chunk('data', new Uint8Array(bytes))

test.each<[string, FormatFields, Partial<Wav>]>([
  ['8-bit PCM', { bits: 8 }, { coding: 'uint8', bits: 8, frames: 60 }],
  ['16-bit PCM', { bits: 16 }, { coding: 'int16', bits: 16, frames: 30 }],
  ['24-bit PCM', { bits: 24 }, { coding: 'int24', bits: 24, frames: 20 }],
  ['32-bit PCM', { bits: 32 }, { coding: 'int32', bits: 32, frames: 15 }],
  ['32-bit float', { tag: 3, bits: 32 }, { coding: 'float32', bits: 32, frames: 15 }],
  ['64-bit float', { tag: 3, bits: 64, channels: 1 }, { coding: 'float64', bits: 64, frames: 15 }],
  ['20 bits in 3 bytes', { bits: 20 }, { coding: 'int24', bits: 20 }],
  ['24 bits in 4 bytes', { bits: 24, frameBytes: 8 }, { coding: 'int32', bits: 24 }],
  ['extensible PCM with its mask', { channels: 6, extensible: { mask: 0x3f } }, { coding: 'int16', channels: 6, channelMask: 0x3f }],
  ['extensible float', { tag: 3, bits: 32, extensible: {} }, { coding: 'float32', channelMask: 0 }],
  ['extensible with fewer valid bits', { bits: 24, extensible: { validBits: 20 } }, { coding: 'int24', bits: 20 }],
  ['extensible that leaves its valid bits out', { bits: 24, extensible: { validBits: 0 } }, { coding: 'int24', bits: 24 }],
])('reads the header of %s', (_name, fields, expected) => {
  expect(parseBytes(riff([fmt(fields), samples(120)]))).toMatchObject({ sampleRate: 48_000, missingBytes: 0, ...expected })
})

test.each<[string, Uint8Array, number]>([
  ['other chunks, also of odd length, lie before and after', riff([chunk('LIST', new Uint8Array(27)), fmt(), chunk('fact', new Uint8Array(4)), samples(40), chunk('id3 ', new Uint8Array(9))]), 10],
  ['the writer to a pipe knew no size and wrote the largest', riff([fmt(), chunk('data', new Uint8Array(40), 0xffff_ffff)], { size: 0xffff_ffff }), 10],
  ['the writer to a pipe knew no size and wrote 0', riff([fmt(), chunk('data', new Uint8Array(40), 0)], { size: 0 }), 10],
  ['an RF64 has its size in ds64', riff([ds64(40n), fmt(), chunk('data', new Uint8Array(48), 0xffff_ffff)], { id: 'RF64', size: 0xffff_ffff }), 10],
  ['a BW64 has its size in ds64', riff([ds64(40n), fmt(), chunk('data', new Uint8Array(48), 0xffff_ffff)], { id: 'BW64', size: 0xffff_ffff }), 10],
  ['an RF64 was cut off before its ds64 was filled in', riff([ds64(0n), fmt(), chunk('data', new Uint8Array(40), 0xffff_ffff)], { id: 'RF64' }), 10],
  ['an RF64 has an impossible size', riff([ds64(2n ** 64n - 1n), fmt(), chunk('data', new Uint8Array(40), 0xffff_ffff)], { id: 'RF64' }), 10],
  ['the last frame is not whole', riff([fmt(), samples(43)]), 10],
])('finds the samples when %s', (_name, file, frames) => {
  const wav = parseBytes(file)
  expect(wav).toMatchObject({ frames, missingBytes: 0 })
  expect(Buffer.from(file).toString('latin1', wav.start - 8, wav.start - 4)).toBe('data')
})

test('a file of more than 4 GB has all its frames', () => {
  const head = riff([ds64(40_000_000_000n), fmt(), chunk('data', new Uint8Array(0), 0xffff_ffff)], { id: 'RF64' })
  expect(parseBytes(head, head.length + 40_000_000_000)).toMatchObject({ start: head.length, frames: 10_000_000_000, missingBytes: 0 })
})

test('a file that is shorter than it says has the frames that are there, and tells what is missing', () => {
  expect(parseBytes(riff([fmt(), chunk('data', new Uint8Array(40), 100)]))).toMatchObject({ frames: 10, missingBytes: 60 })
})

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')
test.each<[string, Uint8Array, RegExp]>([
  ['an empty file', bytesOf(''), /^the file is empty$/],
  ['text', bytesOf('Dear diary, today'), /^not a WAV file$/],
  ['MP3 with a tag', bytesOf('ID3\x04\0\0\0\0\0\0\0\0'), /looks like MP3/],
  ['bare MP3', bytesOf('\xff\xfb\x90\x64\0\0\0\0\0\0\0\0'), /looks like MP3/],
  ['FLAC', bytesOf('fLaC\0\0\0\x22\0\0\0\0'), /looks like FLAC/],
  ['MP4', bytesOf('\0\0\0\x20ftypM4A '), /looks like MP4/],
  ['a big-endian WAV file', riff([fmt(), samples(4)], { id: 'RIFX' }), /big-endian/],
  ['AVI', riff([], { kind: 'AVI ' }), /RIFF of kind 'AVI '/],
  ['four bytes', bytesOf('RIFF'), /ends after 4 bytes/],
  ['a header alone', riff([]), /no fmt chunk/],
  ['a format alone', riff([fmt()]), /no data chunk/],
  ['samples before the format', riff([samples(4), fmt()]), /samples come before their format/],
  ['no samples', riff([fmt(), samples(0)]), /^there are no samples in it$/],
  ['no samples but a chunk after them', riff([fmt(), samples(0), chunk('LIST', new Uint8Array(90))]), /^there are no samples in it$/],
  ['less than a frame', riff([fmt(), samples(3)]), /^there are no samples in it$/],
  ['a short format', riff([chunk('fmt ', new Uint8Array(14)), samples(4)]), /fmt chunk has 14 bytes instead of 16/],
  ['a short extensible format', riff([chunk('fmt ', fmt({ extensible: {} }).slice(8, 26)), samples(4)]), /18 bytes instead of 40/],
  ['a short ds64', riff([chunk('ds64', new Uint8Array(8)), fmt(), samples(4)], { id: 'RF64' }), /ds64 chunk is too short/],
  ['zeros instead of chunks', riff([new Uint8Array(100)]), /no chunk at byte 12/],
  ['endless small chunks', riff([...Array.from({ length: 10_000 }, () => chunk('JUNK', new Uint8Array(0))), fmt(), samples(4)]), /no fmt chunk/],
  ['no channels', riff([fmt({ channels: 0 }), samples(4)]), /0 channels/],
  ['no sample rate', riff([fmt({ sampleRate: 0 }), samples(4)]), /sample rate is 0 Hz/],
  ['no bits', riff([fmt({ bits: 0, frameBytes: 4 }), samples(4)]), /0-bit integer samples in 2 bytes/],
  ['no bytes a frame', riff([fmt({ frameBytes: 0 }), samples(4)]), /16-bit integer samples in 0 bytes/],
  ['a frame that does not divide', riff([fmt({ channels: 3, frameBytes: 7 }), samples(7)]), /16-bit integer samples in 2.33 bytes/],
  ['64-bit integers', riff([fmt({ bits: 64 }), samples(16)]), /64-bit integer/],
  ['16-bit floats', riff([fmt({ tag: 3, bits: 16 }), samples(16)]), /16-bit float/],
  ['ADPCM', riff([fmt({ tag: 2, bits: 4 }), samples(16)]), /Microsoft ADPCM \(codec 0x0002\)/],
  ['A-law', riff([fmt({ tag: 6, bits: 8 }), samples(16)]), /A-law \(codec 0x0006\)/],
  ['mu-law in an extensible format', riff([fmt({ tag: 7, bits: 8, extensible: {} }), samples(16)]), /mu-law \(codec 0x0007\)/],
  ['an unheard-of codec', riff([fmt({ tag: 0x4711 }), samples(16)]), /something unknown \(codec 0x4711\)/],
  ['an identifier that is no codec number', riff([fmt({ extensible: { identifierEnd: '00002107d3118644c8c1ca000000' } }), samples(16)]), /sub-format 01000000210/],
])('%s is refused with what is wrong', (_name, file, message) => {
  expect(() => parseBytes(file)).toThrow(WavError)
  expect(() => parseBytes(file)).toThrow(message)
})

test.each([
  ['uint8', 8, 1], ['int16', 16, 1], ['int24', 24, 1], ['int32', 32, 1], ['float32', 32, 3], ['float64', 64, 3],
] as const)('%s comes back as it was written', (coding, bits, tag) => {
  const random = seededRandom(bits + tag)
  const steps = coding === 'uint8' ? 2 ** 7 : 2 ** 15 // of these every coding has the exact value
  const random1 = (): number => Math.floor((2 * random() - 1) * steps) / steps
  const channels = [0, 1, 2].map(() => Float32Array.from([-1, 0, 1 - 1 / steps, -1 / steps, 1 / steps, ...Array.from({ length: 500 }, random1)]))
  const file = riff([fmt({ tag, bits, channels: 3 }), chunk('data', encode(coding, channels))])
  const wav = parseBytes(file)
  const decoded = channels.map(() => new Float32Array(wav.frames))
  decodeFrames(wav, file.subarray(wav.start), decoded)
  expect(wav.coding).toBe(coding)
  expect(decoded).toEqual(channels)
})

test('the lowest bits of an integer count', () => {
  const decodeOne = (coding: Wav['coding'], bytes: number[]): number => {
    const decoded = new Float32Array(1)
    decodeFrames({ coding, bits: 0, channels: 1, sampleRate: 1, frameBytes: bytes.length, channelMask: 0 }, Uint8Array.from(bytes), [decoded])
    return decoded[0] ?? NaN
  }
  expect(decodeOne('int24', [1, 0, 0])).toBe(2 ** -23)
  expect(decodeOne('int24', [0xff, 0xff, 0xff])).toBe(-(2 ** -23))
  expect(decodeOne('int32', [1, 0, 0, 0])).toBe(2 ** -31)
  expect(decodeOne('uint8', [127])).toBe(-(2 ** -7))
})

test('no sequence of bytes throws anything but WavError, reads for ever, or finds samples outside of the file', () => {
  const random = seededRandom(20261123)
  const templates = [
    riff([chunk('LIST', new Uint8Array(5)), fmt({ extensible: { mask: 3 } }), samples(64)]),
    riff([ds64(64n), fmt({ tag: 3, bits: 32 }), chunk('data', new Uint8Array(64), 0xffff_ffff)], { id: 'RF64' }),
    riff([fmt(), samples(64)]),
    new Uint8Array(200),
  ]
  let understood = 0
  for (let round = 0; round < 20_000; round++) {
    const file = Uint8Array.from(templates[round % templates.length] ?? [])
    const changes = round % templates.length === 3 ? 400 : 1 + Math.floor(random() * 4)
    for (let change = 0; change < changes; change++) file[Math.floor(random() * file.length)] = random() < 0.3 ? 255 : Math.floor(random() * 256)
    const cut = file.subarray(0, random() < 0.3 ? Math.floor(random() * file.length) : file.length)
    try {
      const wav = parseBytes(cut)
      expect(wav.start + wav.frames * wav.frameBytes).toBeLessThanOrEqual(cut.length)
      decodeFrames(wav, cut.subarray(wav.start), Array.from({ length: wav.channels }, () => new Float32Array(wav.frames)))
      understood++
    } catch (error) {
      if (!(error instanceof WavError)) throw error
    }
  }
  expect(understood).toBeGreaterThan(1000)
})

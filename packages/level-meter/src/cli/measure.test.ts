import { expect, test } from 'vitest'
import { seededRandom } from '../../test/signals.ts'
import { chunk, encode, fmt, parseBytes, riff, type FormatFields } from '../../test/wav-files.ts'
import { LoudnessAnalyser } from '../loudness-analyser.ts'
import { measure, type Measurement } from './measure.ts'

function measureBytes(file: Uint8Array, withTrace = false, present = file): Promise<Measurement> {
  return measure(parseBytes(file), (position, length) => present.subarray(position, position + length), { withTrace })
}

function floatFile(channels: readonly Float32Array[], fields: FormatFields): Uint8Array {
  return riff([fmt({ tag: 3, bits: 32, channels: channels.length, ...fields }), chunk('data', encode('float32', channels))])
}

function tone(sampleRate: number, seconds: number, amplitude: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: Math.round(sampleRate * seconds) }, (_, i) => amplitude * Math.sin(2 * Math.PI * 997 * i / sampleRate))
}

// 11025 Hz: steps of 100 ms do not have equally many frames.
test.each([11_025, 48_000])('the steps of 100 ms lose and add nothing at %i Hz', async (sampleRate) => {
  const random = seededRandom(sampleRate)
  const channels = [0, 1].map(() => Float32Array.from({ length: Math.round(sampleRate * 4.25) }, () => 2 * random() - 1))
  const file = floatFile(channels, { sampleRate })
  const { trace, momentary, frames, ...measured } = await measureBytes(file, true)
  const analyser = await LoudnessAnalyser.create({ sampleRate, channels: 2 })
  analyser.push(channels)
  const atOnce = analyser.read()
  analyser.close()
  expect(frames).toBe(channels[0]?.length)
  expect(trace?.momentary).toHaveLength(43)
  expect(trace?.shortTerm).toHaveLength(43)
  expect(trace?.truePeak).toHaveLength(43)
  expect(trace?.momentary.at(-1)).toBe(momentary)
  // Energies are added in another order: some roundings of doubles. Samples are filtered in f32 from other block starts: 1e-5 dB.
  for (const name of ['integrated', 'range', 'maxMomentary', 'maxShortTerm'] as const) expect(measured[name]).toBeCloseTo(atOnce[name], 9)
  for (const channel of [0, 1]) {
    expect(measured.truePeak[channel]).toBeCloseTo(atOnce.truePeak[channel] ?? NaN, 5)
    expect(measured.samplePeak[channel]).toBe(atOnce.samplePeak[channel])
  }
  expect(Math.max(...(trace?.truePeak ?? []))).toBeCloseTo(Math.max(...measured.truePeak), 5)
})

test('a step of the true peak knows the samples before it, and forgets their peak', async () => {
  // A low tone read from its crest on: an interpolator that starts anew would overshoot by 0.8 dB at every step.
  const low = Float32Array.from({ length: 48_000 }, (_, i) => Math.cos(2 * Math.PI * 40 * i / 48_000) * (i < 24_000 ? 0.5 : 0.05))
  const { trace } = await measureBytes(floatFile([low], {}), true)
  trace?.truePeak.slice(1, 5).forEach((peak) => { expect(peak).toBeCloseTo(-6.02, 1) })
  trace?.truePeak.slice(6).forEach((peak) => { expect(peak).toBeCloseTo(-26.02, 1) })
})

test('NaN and infinite samples count as silence in the trace too', async () => {
  const broken = tone(48_000, 1, 0.5).map((x, i) => (i % 100 === 7 ? NaN : i % 100 === 50 ? Infinity : x))
  const { trace, truePeak } = await measureBytes(floatFile([broken], {}), true)
  expect(Math.max(...(trace?.truePeak ?? []))).toBeCloseTo(truePeak[0] ?? NaN, 5)
  expect(truePeak[0]).toBeLessThan(0)
})

test('surrounds weigh 1.41 and the low frequencies nothing, by the mask', async () => {
  const only = async (channel: number): Promise<number> => {
    const channels = Array.from({ length: 6 }, (_, index) => (index === channel ? tone(48_000, 1, 0.1) : new Float32Array(48_000)))
    return (await measureBytes(floatFile(channels, { extensible: { mask: 0x60f } }))).integrated
  }
  const [left, center, low, side] = await Promise.all([0, 2, 3, 4].map(only))
  expect(left).toBeCloseTo(-23.01, 1) // 997 Hz at -20 dBFS in one front channel, BS.1770-5: 3.01 below its peak
  expect(center).toBe(left)
  expect(low).toBe(-Infinity)
  expect((side ?? NaN) - (left ?? NaN)).toBeCloseTo(10 * Math.log10(1.41), 6)
})

test.each<[string, FormatFields, RegExp]>([
  ['384 kHz', { sampleRate: 384_000 }, /384000 Hz; 8000 to 192000 Hz/],
  ['6 kHz', { sampleRate: 6000 }, /6000 Hz; 8000 to 192000 Hz/],
  ['33 channels', { channels: 33 }, /33 channels; up to 32/],
])('%s is refused with the limit', async (_name, fields, message) => {
  await expect(measureBytes(riff([fmt(fields), chunk('data', new Uint8Array(800))]))).rejects.toThrow(message)
})

test('a file that is cut while it is read is measured as far as it went', async () => {
  const file = floatFile([tone(48_000, 2, 0.1)], {})
  const measured = await measureBytes(file, true, file.subarray(0, 44 + 4 * 50_000 + 3))
  expect(measured.frames).toBe(50_000)
  expect(measured.trace?.momentary).toHaveLength(11)
})

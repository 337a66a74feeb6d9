import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { makeSignal, seededRandom } from '../test/signals.ts'
import { LoudnessAnalyser, type ChannelLabel, type LoudnessFormat } from './relaxed.ts'

const stereo = { sampleRate: 48_000, channels: 2 }

function noise(frames: number, seed: number): Float32Array<ArrayBuffer>[] {
  return [makeSignal('noise', frames, seededRandom(seed)), makeSignal('noise', frames, seededRandom(seed + 1))]
}

test.each([
  [{ sampleRate: 7999, channels: 1 }, RangeError, /sampleRate.*8000 to 192000.*7999/],
  [{ sampleRate: NaN, channels: 1 }, RangeError, /sampleRate/],
  [{ sampleRate: '48000', channels: 1 }, RangeError, /sampleRate/],
  [{ sampleRate: 48_000, channels: 0 }, RangeError, /channels.*1 to 32/],
  [{ sampleRate: 48_000, channels: 33 }, RangeError, /channels.*33/],
  [{ sampleRate: 48_000, channels: 1.5 }, RangeError, /channels/],
  [{ sampleRate: 48_000, channels: [] }, RangeError, /channels/],
  [{ sampleRate: 48_000, channels: ['L', 'X'] }, RangeError, /unknown label "X"/],
  [{ sampleRate: 48_000, channels: 1, backend: 'wasm' }, TypeError, /backend/],
])('create refuses %j and says what is wrong', async (format, error, message) => {
  const creating = LoudnessAnalyser.create(format as LoudnessFormat)
  await expect(creating).rejects.toThrow(error)
  await expect(creating).rejects.toThrow(message)
})

test.each([
  [[new Float32Array(10)], /array of 2 Float32Array/], [undefined, /array of 2/], [[new Float32Array(10), [1, 2]], /every channel must be a Float32Array/],
  [[new Float32Array(10), new Float32Array(11)], /10 and 11 frames/],
] as [unknown, RegExp][])('push refuses what does not fit and adds nothing', async (channels, message) => {
  using analyser = await LoudnessAnalyser.create(stereo)
  analyser.push(noise(48_000, 1))
  const before = analyser.read()
  expect(() => { analyser.push(channels as Float32Array[]) }).toThrow(message)
  expect(analyser.read()).toEqual(before)
})

test('pushing nothing is no fault', async () => {
  using analyser = await LoudnessAnalyser.create(stereo)
  analyser.push([new Float32Array(), new Float32Array()])
  expect(analyser.read()).toEqual({
    momentary: -Infinity, shortTerm: -Infinity, integrated: -Infinity, range: 0, maxMomentary: -Infinity, maxShortTerm: -Infinity,
    truePeak: [-Infinity, -Infinity], samplePeak: [-Infinity, -Infinity],
  })
})

test('analysers that take turns measure what each would measure alone', async () => {
  const pieces = (seed: number): Float32Array[][] => Array.from({ length: 60 }, (_, piece) => noise(1000, seed + 2 * piece))
  const measure = async (seed: number): Promise<unknown> => {
    using analyser = await LoudnessAnalyser.create(stereo)
    for (const piece of pieces(seed)) analyser.push(piece)
    return analyser.read()
  }
  const alone = [await measure(1), await measure(1001)]
  using first = await LoudnessAnalyser.create(stereo)
  using second = await LoudnessAnalyser.create({ ...stereo, channels: ['L', 'R'] })
  const [firstPieces, secondPieces] = [pieces(1), pieces(1001)]
  firstPieces.forEach((piece, index) => {
    first.push(piece)
    second.push(secondPieces[index] ?? [])
  })
  expect([first.read(), second.read()]).toEqual(alone)
})

test('reset begins anew, also beside others that opened meanwhile', async () => {
  using analyser = await LoudnessAnalyser.create(stereo)
  analyser.push(noise(50_000, 3))
  const once = analyser.read()
  const others = await Promise.all(Array.from({ length: 3 }, () => LoudnessAnalyser.create(stereo)))
  for (const other of others) other.push(noise(777, 4))
  analyser.reset()
  analyser.push(noise(50_000, 3))
  expect(analyser.read()).toEqual(once)
  for (const other of others) other.close()
})

test('a closed analyser says so, closing twice is no fault, and 10,000 of them leave no channel taken', async () => {
  for (let i = 0; i < 10_000; i++) (await LoudnessAnalyser.create(stereo)).close()
  const analyser = await LoudnessAnalyser.create(stereo)
  analyser.close()
  analyser.close()
  for (const call of [() => { analyser.push(noise(1, 1)) }, () => analyser.read(), () => { analyser.reset() }]) {
    expect(call).toThrow(expect.objectContaining({ name: 'InvalidStateError', message: expect.stringContaining('closed') as string }))
  }
})

describe('channels', () => {
  const tone = Float32Array.from({ length: 48_000 }, (_, frame) => Math.sin(2 * Math.PI * 997 * frame / 48_000))
  const silence = new Float32Array(48_000)
  // BS.1770-5: a full-scale 997 Hz sine in a front channel reads -3.01 LKFS; a surround channel weighs 1.41.
  test.each([
    [6, 3, -Infinity], [6, 4, -1.52], [4, 2, -1.52], [5, 2, -3.01], [3, 2, -3.01], [1, 0, -3.01],
    [['Rs', 'LFE'], 0, -1.52], [['Rs', 'LFE'], 1, -Infinity],
  ] as [number | ChannelLabel[], number, number][])('of %j, number %i alone reads %f LUFS', async (channels, at, loudness) => {
    using analyser = await LoudnessAnalyser.create({ sampleRate: 48_000, channels })
    analyser.push(Array.from({ length: Array.isArray(channels) ? channels.length : channels }, (_, channel) => (channel === at ? tone : silence)))
    expect(Math.round(100 * analyser.read().integrated) / 100).toBe(loudness)
  })
})

test('a backend named runs or is refused, and auto never takes the relaxed one', async () => {
  using plain = await LoudnessAnalyser.create({ ...stereo, backend: 'javascript' })
  using auto = await LoudnessAnalyser.create(stereo)
  const signal = noise(48_000, 5)
  plain.push(signal)
  auto.push(signal)
  expect(plain.read().integrated).toBeCloseTo(auto.read().integrated, 6)
  // Node 20 has relaxed SIMD behind a flag only.
  const relaxed = LoudnessAnalyser.create({ ...stereo, backend: 'wasm-relaxed-simd' })
  const [node = 0] = process.versions.node.split('.').map(Number)
  if (node < 22) await expect(relaxed).rejects.toThrow(expect.objectContaining({ name: 'NotSupportedError', message: expect.stringContaining('relaxed') as string }))
  else (await relaxed).close()
})

test('what cannot be opened leaves nothing taken, and what is forgotten comes back', async () => {
  const rate = 47_000 // a kernel of this test's own
  const wide = { sampleRate: rate, channels: 30 }
  const opened = await Promise.all(Array.from({ length: 136 }, () => LoudnessAnalyser.create(wide)))
  await expect(LoudnessAnalyser.create(wide)).rejects.toThrow(/more than 4096 channels/)
  const rest = await Promise.all(Array.from({ length: 4096 - 136 * 30 }, () => LoudnessAnalyser.create({ sampleRate: rate, channels: 1 })))
  for (const analyser of [...opened, ...rest]) analyser.close()
  const again = await Promise.all(Array.from({ length: 2048 }, () => LoudnessAnalyser.create({ sampleRate: rate, channels: 2 })))
  expect(again).toHaveLength(2048)
  for (const analyser of again) analyser.close()
})

test('a Float32Array of another realm is one', async () => {
  using analyser = await LoudnessAnalyser.create({ sampleRate: 48_000, channels: 1 })
  const foreign = runInNewContext('new Float32Array(48000).fill(0.5)') as Float32Array
  expect(foreign).not.toBeInstanceOf(Float32Array)
  analyser.push([foreign])
  expect(analyser.read().samplePeak[0]).toBeCloseTo(-6.02, 2)
})

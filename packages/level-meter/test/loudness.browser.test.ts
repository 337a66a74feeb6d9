import { describe, expect, test } from 'vitest'
import { LevelMeter, LoudnessAnalyser, MomentaryMeter, type LevelMeterOptions, type LevelReading } from '../src/relaxed.ts'
import { createOfflineContext, playBuffer } from './check-meter.ts'
import { Readings } from './readings.ts'
import { seededRandom } from './signals.ts'

/** What design and README promise: the same arithmetic in f64 differs by its order only; relaxed SIMD may fuse. */
const loudnessTolerance = { 'wasm-simd': 1e-6, 'javascript': 1e-6, 'wasm-relaxed-simd': 1e-3 } as const
/** dB: the wasm kernels filter in f32, the JavaScript one in f64. */
const truePeakTolerance = 1e-5

/** Noise in steps of half a second, from silence to clipping, with samples that are none. */
function makeProgramme(length: number, sampleRate: number, seed: number): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed)
  let gain = 0
  return Float32Array.from({ length }, (_, frame) => {
    if (frame % Math.round(sampleRate / 2) === 0) gain = random() < 0.2 ? 0 : 10 ** (-3 * random() + 0.1)
    return random() < 1e-4 ? NaN : gain * (2 * random() - 1)
  })
}

function expectClose(found: number | undefined, expected: number, tolerance: number, what: string): void {
  expect(found === expected || Math.abs((found ?? NaN) - expected) <= tolerance, `${what}: ${found}, not ${expected}`).toBe(true)
}

interface Case { readonly sampleRate: number; readonly channels: number; readonly interval: number; readonly quantum: number; readonly backend: NonNullable<LevelMeterOptions['backend']> & keyof typeof loudnessTolerance }

async function meterProgramme({ sampleRate, channels, interval, quantum, backend }: Case, seconds: number): Promise<{ programme: Float32Array<ArrayBuffer>[]; readings: LevelReading[] }> {
  const programme = Array.from({ length: channels }, (_, channel) => makeProgramme(seconds * sampleRate, sampleRate, 7 + channel))
  const context = createOfflineContext({ numberOfChannels: 1, length: seconds * sampleRate, sampleRate, renderSizeHint: quantum })
  const meter = await LevelMeter.create(context, { backend, interval })
  const readings = new Readings()
  const source = playBuffer(context, programme)
  meter.add(source, readings.take, { loudness: true, truePeak: true })
  source.start()
  await context.startRendering()
  await meter.flush()
  expect(meter.backend).toBe(backend)
  return { programme, readings: readings.all }
}

describe.each(['wasm-simd', 'javascript', 'wasm-relaxed-simd'] as const)('the meter with %s', (backend) => {
  test.each([
    { sampleRate: 48_000, channels: 2, interval: 1, quantum: 128 },
    { sampleRate: 44_100, channels: 1, interval: 0.1, quantum: 128 },
    { sampleRate: 22_050, channels: 6, interval: 0.5, quantum: 333 },
    { sampleRate: 96_000, channels: 4, interval: 0.02, quantum: 256 },
  ])('measures $channels channels at $sampleRate Hz every $interval s in quanta of $quantum as the analyser does', async (format) => {
    const seconds = 6
    const { programme, readings } = await meterProgramme({ ...format, backend }, seconds)
    const { sampleRate, channels, interval } = format
    using analyser = await LoudnessAnalyser.create({ sampleRate, channels })
    const frames = Math.round(interval * sampleRate)
    expect(readings).toHaveLength(Math.floor(seconds * sampleRate / frames))
    const loudness = loudnessTolerance[backend]
    let loudest = -Infinity
    let highest = Array.from({ length: channels }, () => -Infinity)
    for (const reading of readings) {
      analyser.push(programme.map((samples) => samples.subarray(reading.startFrame, reading.startFrame + reading.frames)))
      const expected = analyser.read()
      loudest = Math.max(loudest, reading.maxMomentary ?? NaN)
      highest = highest.map((peak, channel) => Math.max(peak, reading.truePeak?.[channel] ?? -Infinity))
      expectClose(reading.momentary, expected.momentary, loudness, 'momentary')
      expectClose(reading.shortTerm, expected.shortTerm, loudness, 'shortTerm')
      expectClose(reading.integrated, expected.integrated, loudness, 'integrated')
      // A block within the tolerance of a gate or percentile may fall on either side of it.
      expectClose(reading.range, expected.range, 100 * loudness, 'range')
      expectClose(loudest, expected.maxMomentary, loudness, 'maxMomentary')
      highest.forEach((peak, channel) => { expectClose(peak, expected.truePeak[channel] ?? NaN, truePeakTolerance, 'truePeak') })
    }
    expect(readings.at(-1)?.integrated).toBeGreaterThan(-40) // it was not all silence
  })
})

test('what was not asked for is absent', async () => {
  const context = createOfflineContext({ numberOfChannels: 1, length: 8000, sampleRate: 8000 })
  const meter = await LevelMeter.create(context)
  const readings = new Readings()
  meter.add(new ConstantSourceNode(context), readings.take)
  await context.startRendering()
  await meter.flush()
  for (const name of ['truePeak', 'momentary', 'shortTerm', 'maxMomentary', 'maxShortTerm', 'integrated', 'range', 'speaking', 'pcm', 'dropped']) {
    expect(readings.all[0]).not.toHaveProperty(name)
  }
})

test('a MomentaryMeter has the momentary loudness of a LevelMeter, and no other', async () => {
  const sampleRate = 48_000
  const context = createOfflineContext({ numberOfChannels: 1, length: 2 * sampleRate, sampleRate })
  const meters = await Promise.all([LevelMeter.create(context, { interval: 0.1 }), MomentaryMeter.create(context, { interval: 0.1 })])
  const source = playBuffer(context, [makeProgramme(2 * sampleRate, sampleRate, 3)])
  const [all, momentary, plain] = [new Readings(), new Readings(), new Readings()]
  meters[0].add(source, all.take, { loudness: true })
  meters[1].add(source, momentary.take, { loudness: true })
  meters[1].add(source, plain.take)
  source.start()
  await context.startRendering()
  await Promise.all(meters.map((meter) => meter.flush()))
  expect(momentary.all).toHaveLength(20)
  // The same energies, added up in another order
  for (const [index, reading] of momentary.all.entries()) expectClose(reading.momentary, all.all[index]?.momentary ?? NaN, 1e-9, `reading ${index}`)
  expect(Object.keys(momentary.all[0]!)).toEqual([...Object.keys(plain.all[0]!), 'momentary'])
})

test('resetLoudness begins integrated loudness and range anew, and leaves the windows', async () => {
  const sampleRate = 48_000
  const context = createOfflineContext({ numberOfChannels: 1, length: 4 * sampleRate, sampleRate })
  const meter = await LevelMeter.create(context)
  const tone = new OscillatorNode(context, { frequency: 997 })
  const gain = new GainNode(context, { gain: 1 })
  gain.gain.setValueAtTime(0.1, 2)
  tone.connect(gain)
  tone.start()
  const readings = new Readings()
  const metering = meter.add(gain, (reading) => {
    readings.take(reading)
    if (reading.index === 1) metering.resetLoudness()
  }, { loudness: true })
  await context.startRendering()
  await meter.flush()
  // A sine of amplitude 1 at 997 Hz in one channel is -3.01 LUFS (BS.1770-5).
  expect(readings.all.map(({ integrated }) => Math.round(10 * (integrated ?? NaN)) / 10)).toEqual([-3, -3, -23, -23])
  expect(readings.all[2]?.shortTerm).toBeGreaterThan(-5)
})

test('a source that falls silent, or loses a channel, rings out as if zeros had come', async () => {
  const sampleRate = 48_000
  const length = 6 * sampleRate
  const context = createOfflineContext({ numberOfChannels: 1, length, sampleRate })
  const meter = await LevelMeter.create(context, { interval: 0.1 })
  const channels = [makeProgramme(sampleRate, sampleRate, 1), makeProgramme(sampleRate, sampleRate, 2)]
  const source = playBuffer(context, channels) // ends after a second: the input has no channel then
  const readings = new Readings()
  meter.add(source, readings.take, { loudness: true, truePeak: true })
  source.start()
  await context.startRendering()
  await meter.flush()
  using analyser = await LoudnessAnalyser.create({ sampleRate, channels: 2 })
  for (const reading of readings.all) {
    analyser.push(channels.map((samples) => Float32Array.from({ length: reading.frames }, (_, frame) => samples[reading.startFrame + frame] ?? 0)))
    const { momentary, shortTerm, integrated } = analyser.read()
    expectClose(reading.momentary, momentary, 1e-6, 'momentary')
    expectClose(reading.shortTerm, shortTerm, 1e-6, 'shortTerm')
    expectClose(reading.integrated, integrated, 1e-6, 'integrated')
  }
  expect(readings.all.at(-1)).toMatchObject({ momentary: -Infinity, shortTerm: -Infinity, truePeak: [-Infinity] })
})

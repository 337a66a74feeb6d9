import { describe, expect, inject, test } from 'vitest'
import { LevelMeter, type LevelReading } from '../src/relaxed.ts'
import { createOfflineContext, playBuffer } from './check-meter.ts'
import { checksum, makeGoldenSignal, type GoldenMeasurement } from './golden-measurements.ts'
import { Readings } from './readings.ts'
import { joinBlocks } from './signals.ts'

/** The promise of every browser and backend: LU for loudness (relaxed SIMD may fuse), dB for true peak (f32 filters), a ratio for RMS. */
const tolerances = {
  'wasm-simd': { loudness: 1e-6, truePeak: 1e-5, rms: 1e-6 },
  'wasm-relaxed-simd': { loudness: 1e-3, truePeak: 1e-5, rms: 1e-6 },
  'javascript': { loudness: 1e-6, truePeak: 1e-5, rms: 1e-6 },
} as const

async function meterGolden({ kind, sampleRate, seconds }: GoldenMeasurement, backend: keyof typeof tolerances): Promise<LevelReading[]> {
  const context = createOfflineContext({ numberOfChannels: 1, length: seconds.length * sampleRate, sampleRate })
  const meter = await LevelMeter.create(context, { backend })
  const source = playBuffer(context, makeGoldenSignal(kind, sampleRate))
  const readings = new Readings()
  meter.add(source, readings.take, { pcm: true, loudness: true, truePeak: true })
  source.start()
  await context.startRendering()
  await meter.flush()
  expect(meter.backend).toBe(backend)
  return readings.all
}

describe.each(['wasm-simd', 'javascript', 'wasm-relaxed-simd'] as const)('%s in this browser', (backend) => {
  test.each(inject('golden'))('gives the numbers of the references for $kind at $sampleRate Hz', async (golden) => {
    const readings = await meterGolden(golden, backend)
    const { loudness, truePeak, rms } = tolerances[backend]
    const close = (expected: number, tolerance: number): unknown => expect.toSatisfy((found: number) => Math.abs(found - expected) <= tolerance, `${expected} ± ${tolerance}`)
    expect(checksum(joinBlocks(readings.map(({ pcm }) => pcm ?? new Float32Array())))).toBe(golden.pcmChecksum)
    expect(readings).toMatchObject(golden.seconds.map((second) => ({
      ...second,
      rms: second.rms.map((value) => close(value, rms * value)),
      momentary: close(second.momentary, loudness),
      shortTerm: close(second.shortTerm, loudness),
    })))
    expect(readings.at(-1)).toMatchObject({ integrated: close(golden.integrated, loudness), range: close(golden.range, loudness) })
    expect(Math.max(...readings.map(({ maxMomentary = NaN }) => maxMomentary))).toEqual(close(golden.maxMomentary, loudness))
    expect(golden.truePeak.map((_, channel) => Math.max(...readings.map((reading) => reading.truePeak?.[channel] ?? NaN))))
      .toEqual(golden.truePeak.map((value) => close(value, truePeak)))
  })
})

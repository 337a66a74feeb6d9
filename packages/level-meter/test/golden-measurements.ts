import type { TestProject } from 'vitest/node'
import { measureLoudness } from './reference-loudness.ts'
import { measureReference } from './reference-meter.ts'
import { bitsOf, makeSignal, seededRandom, type SignalKind } from './signals.ts'

/** What the plain references say of one signal. Every browser is held against these numbers, so all agree with each other. */
export interface GoldenMeasurement {
  readonly kind: SignalKind
  readonly sampleRate: number
  /** Of channel 0. */
  readonly pcmChecksum: number
  readonly seconds: readonly {
    readonly level: number
    readonly peak: readonly number[]
    readonly clipped: number
    readonly invalid: number
    readonly rms: readonly number[]
    readonly momentary: number
    readonly shortTerm: number
  }[]
  readonly integrated: number
  readonly range: number
  readonly maxMomentary: number
  readonly truePeak: readonly number[]
}

declare module 'vitest' {
  interface ProvidedContext { golden: GoldenMeasurement[] }
}

const seconds = 4 // loudness range needs three

/** Computed once, in Node, and handed to the browsers: their own JavaScript has no part in it. Run by vitest as globalSetup. */
export default function provideGoldenMeasurements(project: TestProject): void {
  // Only kinds whose loudness is finite, as what is handed over passes through JSON.
  project.provide('golden', (['noise', 'hot', 'offset', 'broken'] as const).flatMap((kind) => [44_100, 48_000].map((sampleRate) => measure(kind, sampleRate))))
}

/** Two channels. */
export function makeGoldenSignal(kind: SignalKind, sampleRate: number): Float32Array<ArrayBuffer>[] {
  const random = seededRandom(sampleRate)
  return [1, 2].map(() => makeSignal(kind, seconds * sampleRate, random))
}

/** FNV-1a over the bits. */
export function checksum(samples: Float32Array): number {
  return bitsOf(samples).reduce((sum, bits) => Math.imul(sum ^ bits, 0x01000193) >>> 0, 0x811c9dc5)
}

function measure(kind: SignalKind, sampleRate: number): GoldenMeasurement {
  const channels = makeGoldenSignal(kind, sampleRate)
  const { momentary, shortTerm, integrated, range, maxMomentary, truePeak } = measureLoudness(channels, sampleRate, [1, 1])
  return {
    kind, sampleRate, integrated, range, maxMomentary, truePeak,
    pcmChecksum: checksum(channels[0] as Float32Array), // there are two
    seconds: Array.from({ length: seconds }, (_, second) => {
      const parts = channels.map((samples) => measureReference(samples.subarray(second * sampleRate, (second + 1) * sampleRate)))
      return {
        level: Math.round(100 * Math.min(1, Math.max(...parts.map(({ peak }) => peak)))),
        peak: parts.map(({ peak }) => peak),
        clipped: parts.reduce((sum, { clipped }) => sum + clipped, 0),
        invalid: parts.reduce((sum, { invalid }) => sum + invalid, 0),
        rms: parts.map(({ squares }) => Math.sqrt(squares / sampleRate)),
        momentary: momentary[100 * (second + 1) - 1] as number, // every 10 ms
        shortTerm: shortTerm[10 * (second + 1) - 1] as number, // every 100 ms
      }
    }),
  }
}

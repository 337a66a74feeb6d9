import { fromDecibels } from '../src/level-scale.ts'
import { seededRandom } from './signals.ts'

/** Sounds with the rhythm of speech, and noises, all repeatable. Levels are dBFS RMS, unweighted; times are seconds; a low rate because it is quick. */
export interface SpeechLike {
  readonly samples: Float32Array<ArrayBuffer>
  /** From the start of the first syllable to the end of the last. */
  readonly phrases: readonly { readonly start: number; readonly end: number }[]
}

export const noiseKinds = ['white', 'pink', 'hum'] as const
export type NoiseKind = (typeof noiseKinds)[number]

/**
 * Phrases of 1 to 4 s with pauses of 0.9 to 2.4 s: four syllables a second of ±4 dB, a fifth of them unvoiced, that rise in
 * 60 ms and fall in 90 ms. The level is that of the phrases. Begins with 3 s without speech and ends with 2 s or more.
 */
export function makeSpeechLike({ seconds, level, seed, sampleRate = 16_000, longest = 4 }: {
  seconds: number; level: number; seed: number; sampleRate?: number; longest?: number
}): SpeechLike {
  const random = seededRandom(seed)
  const samples = new Float32Array(seconds * sampleRate)
  const phrases: { start: number; end: number }[] = []
  for (let time = 3; time < seconds - longest - 2;) {
    const start = time
    const end = start + 1 + (longest - 1) * (longest > 4 ? 1 : random())
    while (time < end) {
      const length = Math.min(0.15 + 0.2 * random(), seconds - time)
      addSyllable(samples.subarray(Math.floor(time * sampleRate), Math.floor((time + length) * sampleRate)), sampleRate, random)
      time += length + (random() < 0.3 ? 0.08 * random() : 0)
    }
    phrases.push({ start, end: time })
    time += 0.9 + 1.5 * random()
  }
  const spoken = phrases.reduce((sum, { start, end }) => sum + end - start, 0)
  return { samples: scaled(samples, level, spoken / seconds), phrases }
}

function addSyllable(samples: Float32Array, sampleRate: number, random: () => number): void {
  const gain = fromDecibels(8 * random() - 4)
  const step = (90 + 130 * random()) / sampleRate
  const isVoiced = random() < 0.8
  const pole = 1 - Math.exp(-2 * Math.PI * 700 / sampleRate) // the voice falls with 6 dB an octave from here, over the 6 of its pulses
  let low = 0
  let phase = 0
  for (let i = 0; i < samples.length; i++) {
    phase = (phase + step) % 1
    const source = isVoiced ? 2 * phase - 1 : 0.25 * gaussian(random)
    low += pole * (source - low)
    samples[i] = gain * fade(i / sampleRate / 0.06) * fade((samples.length - i) / sampleRate / 0.09) * (isVoiced ? low : source - low)
  }
}

/** A steady noise; 'hum' is 50 Hz with six harmonics. */
export function makeNoise(kind: NoiseKind, { seconds, level, seed, sampleRate = 16_000 }: {
  seconds: number; level: number; seed: number; sampleRate?: number
}): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed)
  let [a, b, c] = [0, 0, 0]
  const next = {
    white: () => gaussian(random),
    pink: () => { // P. Kellet's filter: -3 dB an octave to within 0.5 dB at 44.1 kHz; elsewhere only nearly
      const white = gaussian(random)
      a = 0.99765 * a + 0.099046 * white
      b = 0.963 * b + 0.2965164 * white
      c = 0.57 * c + 1.0526913 * white
      return a + b + c + 0.1848 * white
    },
    hum: (i: number) => [1, 2, 3, 4, 5, 6, 7].reduce((sum, harmonic) => sum + Math.sin(2 * Math.PI * 50 * harmonic * i / sampleRate + harmonic) / harmonic, 0),
  }[kind]
  return scaled(Float32Array.from({ length: seconds * sampleRate }, (_, i) => next(i)), level, 1)
}

/** Key strokes: bursts that fall by 8.7 dB in `tail` seconds, at uneven times. `peak` is dBFS. */
export function makeStrokes({ seconds, peak, perSecond, tail, seed, sampleRate = 16_000 }: {
  seconds: number; peak: number; perSecond: number; tail: number; seed: number; sampleRate?: number
}): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed)
  const samples = new Float32Array(seconds * sampleRate)
  for (let time = 1; time < seconds - 1; time += (0.5 + random()) / perSecond) {
    const at = Math.floor(time * sampleRate)
    for (let i = 0; i < 6 * tail * sampleRate; i++) samples[at + i] = (samples[at + i] ?? 0) + fromDecibels(peak) * gaussian(random) * Math.exp(-i / sampleRate / tail)
  }
  return samples
}

export function mixed(...signals: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const sum = new Float32Array(Math.max(...signals.map(({ length }) => length)))
  for (const signal of signals) {
    for (let i = 0; i < signal.length; i++) sum[i] = (sum[i] as number) + (signal[i] as number)
  }
  return sum
}

/** `share` of the samples carry the level. */
function scaled(samples: Float32Array<ArrayBuffer>, level: number, share: number): Float32Array<ArrayBuffer> {
  const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length / share
  const gain = fromDecibels(level) / Math.sqrt(power)
  return samples.map((x) => x * gain)
}

/** Unit variance; the sum of four is near enough. */
function gaussian(random: () => number): number {
  return (random() + random() + random() + random() - 2) * Math.sqrt(3)
}

/** 0..1 as a raised cosine. */
function fade(x: number): number {
  return 0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, x))
}

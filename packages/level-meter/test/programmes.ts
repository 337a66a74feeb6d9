import { seededRandom } from './signals.ts'

/** A random stepped programme, made by `compose`. */
export interface Programme {
  readonly name: string
  readonly seed: number
  readonly sampleRate: number
  readonly channels: number
  /** s */
  readonly duration: number
}

const rates = [48_000, 44_100, 48_000, 16_000, 48_000, 22_050, 32_000, 8000]
const counts = [2, 1, 6, 2, 3, 1, 5, 4]

/** Channels are given the fewer seconds the more they are, so that no case takes long. */
export const programmes: readonly Programme[] = Array.from({ length: 24 }, (_, i) => {
  const random = seededRandom(i)
  const channels = counts[i % counts.length] as number
  const sampleRate = rates[(i + Math.floor(i / 8)) % rates.length] as number
  const duration = 4 + (random() < 0.3 ? 56 : 16) * random() / channels
  return { name: `${duration.toFixed(1)} s of ${channels} channels at ${sampleRate} Hz`, seed: 1000 + i, sampleRate, channels, duration }
})

/** Steps of noise, tones, constants, clipping and silence, each channel at its own level, with some NaN and infinite samples. */
export function compose({ seed, sampleRate, channels, duration }: Programme): Float32Array[] {
  const random = seededRandom(seed)
  // Whole 100 ms, so that the reference has a short-term loudness of the end.
  const signal = Array.from({ length: channels }, () => new Float32Array(Math.floor(10 * duration) * sampleRate / 10))
  const frames = signal[0]?.length ?? 0
  for (let start = 0; start < frames;) {
    const end = Math.min(frames, start + Math.floor(sampleRate * (random() < 0.2 ? 3 + 2 * random() : 0.05 + 2 * random())))
    const kind = random()
    const level = 10 ** (-4 * random()) // -80 to 0 dBFS
    const frequency = 20 * (0.45 * sampleRate / 20) ** random()
    for (const samples of signal) {
      const amplitude = level * random()
      for (let n = start; n < end; n++) {
        const noise = 2 * random() - 1
        samples[n] = kind < 0.15 ? 0
          : kind < 0.55 ? amplitude * noise
          : kind < 0.8 ? amplitude * Math.sin(2 * Math.PI * frequency * n / sampleRate)
          : kind < 0.9 ? amplitude + 1e-3 * amplitude * noise // a constant
          : Math.fround(Math.max(-1, Math.min(1, 4 * noise))) // clipping
      }
    }
    start = end
  }
  for (const samples of signal) {
    for (let i = 0; i < 20; i++) samples[Math.floor(random() * frames)] = [NaN, Infinity, -Infinity][i % 3] as number
  }
  return signal
}

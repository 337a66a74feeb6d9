import { readFileSync } from 'node:fs'
import type { ChannelLabel } from '../src/channel-weights.ts'

/** The generable cases of EBU Tech 3341 and 3342 and the calibration of ITU-R BS.1770-5. */
export interface LoudnessCase {
  readonly id: string
  /** M: a single channel. */
  readonly channels: readonly (ChannelLabel | 'M')[]
  readonly signal: SegmentSignal | ToneSignal | BurstSignal
  readonly expect: readonly LoudnessExpectation[]
}

export interface LoudnessExpectation {
  readonly metric: 'momentary' | 'shortTerm' | 'integrated' | 'maxMomentary' | 'maxShortTerm' | 'loudnessRange' | 'maxTruePeak'
  readonly when?: string
  /** s */
  readonly atTime?: number
  readonly value: number
  readonly tolMinus: number
  readonly tolPlus: number
}

/** Pieces of one sine, whose phase goes on through all of them; levels are peaks per channel, null is silence. */
interface SegmentSignal {
  readonly kind: 'segments'
  /** Hz */
  readonly freq: number
  readonly segments: readonly { readonly dur: number; readonly dBFS: readonly (number | null)[] }[]
  readonly repeat?: number
}

interface ToneSignal {
  readonly kind: 'tpTone'
  readonly fsDiv: number
  readonly amplitude: number
  readonly phaseDeg: number
  readonly duration: number
  readonly fadeIn: number
}

interface BurstSignal {
  readonly kind: 'tpBurst'
  readonly base: { readonly amplitude: number }
  readonly burst: { readonly amplitude: number }
  readonly offset: number
  readonly duration: number
  readonly fadeIn: number
}

// The file's own notes say how each kind is made; its cases have the shape above.
const file = JSON.parse(readFileSync(new URL('loudness-cases.json', import.meta.url), 'utf8')) as { count: number; checks: number; cases: LoudnessCase[] }
export const loudnessCases: readonly LoudnessCase[] = file.cases
/** How many cases and checks the file says it has. */
export const announced: { readonly cases: number; readonly checks: number } = { cases: file.count, checks: file.checks }

/** One array a channel; channels with equal samples share it. */
export function generate({ channels, signal }: LoudnessCase, sampleRate: number): Float32Array[] {
  if (signal.kind === 'segments') {
    const made = new Map<string, Float32Array>()
    return channels.map((_, channel) => {
      const levels = JSON.stringify(signal.segments.map(({ dBFS }) => dBFS[channel]))
      const samples = made.get(levels) ?? segments(signal, channel, sampleRate)
      made.set(levels, samples)
      return samples
    })
  }
  const samples = signal.kind === 'tpTone' ? tone(signal, sampleRate) : burst(signal, sampleRate)
  return channels.map(() => samples)
}

function segments({ freq, segments, repeat = 1 }: SegmentSignal, channel: number, sampleRate: number): Float32Array {
  const pieces = Array.from({ length: repeat }, () => segments).flat()
  const frameAt = (seconds: number): number => Math.round(seconds * sampleRate)
  const samples = new Float32Array(frameAt(pieces.reduce((sum, { dur }) => sum + dur, 0)))
  // Whole Hz: one second holds whole periods.
  const sine = new Float64Array(sampleRate).map((_, n) => Math.sin(2 * Math.PI * freq * n / sampleRate))
  let seconds = 0
  for (const { dur, dBFS } of pieces) {
    const amplitude = 10 ** ((dBFS[channel] ?? -Infinity) / 20)
    const start = frameAt(seconds)
    seconds += dur
    if (amplitude > 0) for (let n = start; n < frameAt(seconds); n++) samples[n] = amplitude * (sine[n % sampleRate] as number)
  }
  return samples
}

function tone({ fsDiv, amplitude, phaseDeg, duration, fadeIn }: ToneSignal, sampleRate: number): Float32Array {
  const fade = fader(duration, fadeIn, sampleRate)
  return new Float32Array(duration * sampleRate).map((_, n) => amplitude * Math.sin(2 * Math.PI * n / fsDiv + phaseDeg * Math.PI / 180) * fade(n))
}

/** Made at 4 times the rate: a tone of period 24, amid it one period of 16 samples, louder; then filtered, and every fourth sample taken. */
function burst({ base, burst, offset, duration, fadeIn }: BurstSignal, sampleRate: number): Float32Array {
  const length = 4 * duration * sampleRate
  const fade = fader(duration, fadeIn, 4 * sampleRate)
  const middle = Math.round(length / 2 / 24) * 24
  const source = new Float64Array(length).map((_, n) => fade(n) * (
    n < middle ? base.amplitude * Math.sin(2 * Math.PI * n / 24)
    : n < middle + 16 ? burst.amplitude * Math.sin(2 * Math.PI * (n - middle) / 16)
    : base.amplitude * Math.sin(2 * Math.PI * (n - middle - 16) / 24)))
  return new Float32Array(length / 4).map((_, i) => {
    let sum = 0
    const first = 4 * i + offset - lowPass.length / 2 + 0.5
    const end = Math.min(lowPass.length, length - first)
    for (let k = Math.max(0, -first); k < end; k++) sum += (lowPass[k] as number) * (source[first + k] as number)
    return sum
  })
}

/** Linear, at both ends. */
function fader(duration: number, fade: number, sampleRate: number): (n: number) => number {
  return (n) => Math.min(1, n / (fade * sampleRate), (duration * sampleRate - 1 - n) / (fade * sampleRate))
}

/** 1025 taps of a sinc under a Kaiser window of beta 9, for 4 times the rate: passes up to 0.475 of the rate. */
const lowPass = Float64Array.from({ length: 1025 }, (_, j) => {
  const t = j - 512
  const cut = 2 * 0.475 / 4
  const sinc = t === 0 ? cut : Math.sin(Math.PI * cut * t) / (Math.PI * t)
  return sinc * bessel(9 * Math.sqrt(1 - (t / 512) ** 2)) / bessel(9)
})

function bessel(x: number): number {
  let sum = 1
  for (let k = 1, term = 1; k < 60; k++) sum += term *= (x / 2 / k) ** 2
  return sum
}

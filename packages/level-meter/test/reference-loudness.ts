/**
 * Loudness and true peak, written down from the standards in float64 and plain arrays. Shares no code with src, so that the
 * two can be held against each other.
 */
export interface ReferenceLoudness extends ReferenceGating {
  /** dBTP per channel, at least `samplePeak`. */
  readonly truePeak: number[]
  /** dBFS per channel. */
  readonly samplePeak: number[]
}

export interface ReferenceGating {
  /** LUFS after every 10 ms: entry 0 is that at 10 ms. Windows not yet full are padded with silence. */
  readonly momentary: Float64Array
  /** LUFS after every 100 ms, likewise. */
  readonly shortTerm: Float64Array
  readonly maxMomentary: number
  readonly maxShortTerm: number
  /** LUFS, -Infinity when no block passed the gates. */
  readonly integrated: number
  /** LU, 0 before 3 s. */
  readonly range: number
}

/** Measures whole planar signals; NaN and infinite samples count as 0, a last 10 ms that is not full does not count. */
export function measureLoudness(channels: readonly Float32Array[], sampleRate: number, weights: readonly number[]): ReferenceLoudness {
  const signals = channels.map((samples) => new Float64Array(samples).map((x) => Number.isFinite(x) ? x : 0))
  return {
    ...gate(hopEnergies(signals, sampleRate, weights), sampleRate),
    truePeak: signals.map((samples) => decibels(truePeak(samples))),
    samplePeak: signals.map((samples) => decibels(peak(samples))),
  }
}

/** Gating of ITU-R BS.1770-5 Annex 1 and EBU Tech 3342 over energies of 10 ms: sums over frames of the weighted squares. */
export function gate(energies: Float64Array, sampleRate: number): ReferenceGating {
  /** Loudness of the `hops` before hop `end`. */
  const loudnessOf = (end: number, hops: number): number => {
    let sum = 0
    for (let i = Math.max(0, end - hops); i < end; i++) sum += energies[i] as number
    return loudness(sum / (hops / 100 * sampleRate))
  }
  const momentary = new Float64Array(energies.length).map((_, i) => loudnessOf(i + 1, 40))
  const shortTerm = new Float64Array(Math.floor(energies.length / 10)).map((_, i) => loudnessOf(10 * (i + 1), 300))
  return {
    momentary, shortTerm,
    maxMomentary: momentary.reduce((a, b) => Math.max(a, b), -Infinity),
    maxShortTerm: shortTerm.reduce((a, b) => Math.max(a, b), -Infinity),
    integrated: integrated(momentary.filter((_, i) => i + 1 >= 40 && (i + 1) % 10 === 0)),
    range: loudnessRange(shortTerm.subarray(29)),
  }
}

/** BS.1770-5 Annex 1, equations 3 to 7. */
function integrated(blocks: Float64Array): number {
  const absolute = blocks.filter((block) => block > -70)
  const threshold = meanLoudness(absolute) - 10
  return meanLoudness(absolute.filter((block) => block > threshold))
}

/** Tech 3342, the MATLAB code of its section 3. */
function loudnessRange(shortTerm: Float64Array): number {
  const absolute = shortTerm.filter((block) => block >= -70)
  const threshold = meanLoudness(absolute) - 20
  const sorted = absolute.filter((block) => block >= threshold).sort()
  if (sorted.length === 0) return 0
  const percentile = (p: number): number => sorted[Math.round((sorted.length - 1) * p / 100)] as number
  return percentile(95) - percentile(10)
}

/** Quieter than -240 dB is silence: what a filter still holds after the sound. */
function loudness(meanSquare: number): number {
  return meanSquare < 1e-24 ? -Infinity : -0.691 + 10 * Math.log10(meanSquare)
}

function meanLoudness(blocks: Float64Array): number {
  if (blocks.length === 0) return -Infinity
  return loudness(blocks.reduce((sum, block) => sum + 10 ** ((block + 0.691) / 10), 0) / blocks.length)
}

function hopEnergies(signals: readonly Float64Array[], sampleRate: number, weights: readonly number[]): Float64Array {
  const frames = signals[0]?.length ?? 0
  const weighted = signals.map((samples) => kWeight(samples, sampleRate))
  const energies: number[] = []
  for (let hop = 1; Math.round(hop * sampleRate / 100) <= frames; hop++) {
    let energy = 0
    weighted.forEach((samples, channel) => {
      let squares = 0
      for (let i = Math.round((hop - 1) * sampleRate / 100); i < Math.round(hop * sampleRate / 100); i++) squares += (samples[i] as number) ** 2
      energy += (weights[channel] as number) * squares
    })
    energies.push(energy)
  }
  return Float64Array.from(energies)
}

interface Biquad { readonly b: readonly [number, number, number]; readonly a: readonly [1, number, number] }

/** BS.1770-5 Annex 1, tables 1 and 2: 48 kHz. */
const shelf48: Biquad = { b: [1.53512485958697, -2.6916961893864, 1.19839281085285], a: [1, -1.69065929318241, 0.73248077421585] }
const highPass48: Biquad = { b: [1, -2, 1], a: [1, -1.99004745483398, 0.99007225036621] }

function kWeight(samples: Float64Array, sampleRate: number): Float64Array {
  if (sampleRate === 48_000) return filter(filter(samples, shelf48), highPass48)
  const [shelf, highPass] = [shelfAt(sampleRate), highPassAt(sampleRate)]
  // 997 Hz passes as at 48 kHz: BS.1770-5 calibrates with it, and the bilinear transform alone is up to 0.04 dB off.
  const gain = gainAt(997, shelf48, 48_000) * gainAt(997, highPass48, 48_000) / (gainAt(997, shelf, sampleRate) * gainAt(997, highPass, sampleRate))
  return filter(filter(samples, shelf), highPass).map((x) => gain * x)
}

/** The analogue filter behind table 1, as libebur128 has it. */
function shelfAt(sampleRate: number): Biquad {
  const q = 0.7071752369554196
  const k = Math.tan(Math.PI * 1681.974450955533 / sampleRate)
  const high = 10 ** (3.999843853973347 / 20)
  const band = high ** 0.4996667741545416
  const a0 = 1 + k / q + k * k
  return {
    b: [(high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0, (high - band * k / q + k * k) / a0],
    a: [1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0],
  }
}

/** The same behind table 2. */
function highPassAt(sampleRate: number): Biquad {
  const q = 0.5003270373238773
  const k = Math.tan(Math.PI * 38.13547087602444 / sampleRate)
  const a0 = 1 + k / q + k * k
  return { b: [1, -2, 1], a: [1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0] }
}

/** |H(e^jw)| */
function gainAt(frequency: number, { a, b }: Biquad, sampleRate: number): number {
  const w = 2 * Math.PI * frequency / sampleRate
  const magnitude = (p: readonly number[]): number => Math.hypot(
    p.reduce((sum, c, k) => sum + c * Math.cos(k * w), 0), p.reduce((sum, c, k) => sum + c * Math.sin(k * w), 0))
  return magnitude(b) / magnitude(a)
}

function filter(samples: Float64Array, { a: [, a1, a2], b: [b0, b1, b2] }: Biquad): Float64Array {
  let x1 = 0
  let x2 = 0
  let y1 = 0
  let y2 = 0
  return samples.map((x) => {
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
    x2 = x1
    x1 = x
    y2 = y1
    y1 = y
    return y
  })
}

/** 49 taps at 4 times the rate: sinc under a Kaiser window of beta 5. */
const taps = Array.from({ length: 49 }, (_, j) => {
  const t = (j - 24) / 4
  const sinc = t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t)
  return sinc * bessel(5 * Math.sqrt(1 - ((j - 24) / 24) ** 2)) / bessel(5)
})

/** I0(x) = sum over k of ((x/2)^k / k!)^2 */
function bessel(x: number): number {
  let factor = 1
  let sum = 1
  for (let k = 1; k < 40; k++) {
    factor *= x / 2 / k
    sum += factor ** 2
  }
  return sum
}

/** BS.1770-5 Annex 2, from the first sample on; the last 6 samples have no interpolated neighbours yet. */
function truePeak(samples: Float64Array): number {
  const padded = new Float64Array(samples.length + 11)
  padded.set(samples, 11)
  let largest = peak(samples)
  for (const phase of [1, 2, 3]) {
    // 12 taps a phase, latest first; a phase of its own loop keeps this quick.
    const own = Float64Array.from({ length: 12 }, (_, k) => taps[4 * (11 - k) + phase] as number)
    for (let n = 0; n < samples.length; n++) {
      let y = 0
      for (let k = 0; k < 12; k++) y += (own[k] as number) * (padded[n + k] as number)
      largest = Math.max(largest, Math.abs(y))
    }
  }
  return largest
}

function peak(samples: Float64Array): number {
  let largest = 0
  for (const x of samples) largest = Math.max(largest, Math.abs(x))
  return largest
}

function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude)
}

// Interleaved stereo of 48 kHz, repeatable, no block like another.
export const sampleRate = 48_000
export const seconds = 20

const frames = seconds * sampleRate

/** Uniform in [-1, 1]: no sample can be skipped for being small, the worst case of a true-peak meter. */
export function noise() {
  const random = seededRandom(1)
  return Float32Array.from({ length: 2 * frames }, () => 2 * random() - 1)
}

/**
 * Phrases of about 2 s and pauses of about 0.6 s: four syllables a second, each of its own level, of a voice whose pitch glides
 * between 100 and 200 Hz, with three formants and a little noise. Peaks at -6 dBFS; the right channel is a little weaker.
 */
export function speech() {
  const random = seededRandom(2)
  const samples = new Float32Array(2 * frames)
  const weights = Float64Array.from({ length: 4000 }, (_, hertz) => formant(hertz, 600, 90) + 0.5 * formant(hertz, 1200, 120) + 0.25 * formant(hertz, 2600, 180))
  let phase = 0
  let level = 1
  for (let i = 0; i < frames; i++) {
    const time = i / sampleRate
    if (i % (sampleRate / 4) === 0) level = 10 ** (-12 * random() / 20)
    const speaks = time % 2.6 < 2
    const envelope = speaks ? level * (0.5 - 0.5 * Math.cos(2 * Math.PI * 4 * time)) : 0
    const pitch = 150 + 40 * Math.sin(2 * Math.PI * 0.7 * time) + 10 * Math.sin(2 * Math.PI * 5 * time)
    phase = (phase + 2 * Math.PI * pitch / sampleRate) % (2 * Math.PI)
    const voice = envelope * (harmonics(phase, pitch, weights) + 0.03 * (2 * random() - 1))
    samples[2 * i] = voice + 1e-4 * (2 * random() - 1)
    samples[2 * i + 1] = 0.8 * voice + 1e-4 * (2 * random() - 1)
  }
  const gain = 0.5 / samples.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0)
  return samples.map((x) => gain * x)
}

/** Sum of weighted sines, sin(n p) from the two before it. */
function harmonics(phase, pitch, weights) {
  const step = 2 * Math.cos(phase)
  let before = 0
  let here = Math.sin(phase)
  let sum = 0
  for (let hertz = pitch; hertz < weights.length; hertz += pitch) {
    sum += weights[Math.floor(hertz)] * here
    ;[before, here] = [here, step * here - before]
  }
  return sum
}

function formant(hertz, centre, width) {
  return 1 / (1 + ((hertz - centre) / width) ** 2)
}

/** mulberry32 */
function seededRandom(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

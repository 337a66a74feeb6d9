import { describe, expect, test } from 'vitest'
import { makeNoise, makeSpeechLike, makeStrokes, mixed, noiseKinds, type SpeechLike } from '../test/speech-like.ts'
import { SpeechActivity } from './speech-activity.ts'
import { createJavaScriptKernel } from './worklet/javascript-kernel.ts'
import { energyFlag, rowMargin } from './worklet/kernel.ts'

/** Hz, where nothing else is said. */
const rate = 16_000

/** What the audio thread delivers. */
function energiesOf(samples: Float32Array, sampleRate = rate): number[] {
  const kernel = createJavaScriptKernel(sampleRate)
  const channel = kernel.openChannel()
  kernel.rowChannels[0] = energyFlag + channel
  const frames = sampleRate / 100
  return Array.from({ length: Math.floor(samples.length / frames) }, (_, step) => {
    kernel.stage.set(samples.subarray(step * frames, (step + 1) * frames), rowMargin)
    kernel.weigh(1, 1024, 0, frames)
    const energy = kernel.energies[channel] as number
    kernel.energies[channel] = 0
    return energy
  })
}

/** Speaking, after each 10 ms. */
function detect(energies: readonly number[], sampleRate = rate): boolean[] {
  const activity = new SpeechActivity(sampleRate)
  return energies.map((energy) => {
    activity.add(energy)
    return activity.speaking
  })
}

const detectIn = (samples: Float32Array, sampleRate?: number): boolean[] => detect(energiesOf(samples, sampleRate), sampleRate)

/** Seconds in which there was speech, from and to. */
function spansOf(speaking: readonly boolean[]): [number, number][] {
  const edges = speaking.flatMap((now, step) => now !== (speaking[step - 1] ?? false) ? [step / 100] : [])
  if (edges.length % 2 === 1) edges.push(speaking.length / 100)
  return edges.flatMap((edge, at) => at % 2 === 0 ? [[edge, edges[at + 1] as number] as [number, number]] : [])
}

/** How the phrases were found. Milliseconds. */
function judge(speaking: readonly boolean[], phrases: SpeechLike['phrases']): { onsets: number[]; releases: number[]; changes: number; seconds: number; falseSteps: number } {
  const stepOf = (seconds: number): number => Math.round(100 * seconds)
  let previous = 0
  const found = phrases.map(({ start, end }) => {
    const [from, to] = [stepOf(start), stepOf(end)]
    const onset = speaking.indexOf(true, from) + 1 || Infinity
    const release = speaking.indexOf(false, to) + 1 || Infinity
    const falseSteps = speaking.slice(previous, from).filter(Boolean).length
    previous = release
    const changes = speaking.slice(onset, to).filter((now, at, part) => now !== (part[at - 1] ?? true)).length
    return { onset: onset > to ? Infinity : 10 * (onset - from), release: 10 * (release - to), changes, falseSteps }
  })
  const total = (of: (phrase: (typeof found)[number]) => number): number => found.reduce((sum, phrase) => sum + of(phrase), 0)
  return {
    onsets: found.map(({ onset }) => onset), releases: found.map(({ release }) => release),
    changes: total(({ changes }) => changes), falseSteps: total(({ falseSteps }) => falseSteps),
    seconds: phrases.reduce((sum, { start, end }) => sum + end - start, 0),
  }
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] as number
}

describe.each([20, 15, 10])('speech %i dB over the noise', (ratio) => {
  // One signal of each kind; other levels are the same energies scaled, as the filter is linear.
  const signals = noiseKinds.map((kind, seed) => {
    const speech = makeSpeechLike({ seconds: 60, level: ratio, seed: 10 * ratio + seed })
    return { kind, phrases: speech.phrases, energies: energiesOf(mixed(speech.samples, makeNoise(kind, { seconds: 60, level: 0, seed }))) }
  })

  test.each([-40, -50, -60])('is found in time, held without flicker and let go in time, with noise of %i dBFS', (floor) => {
    const judged = signals.map(({ energies, phrases }) => judge(detect(energies.map((energy) => energy * 10 ** (floor / 10))), phrases))
    const onsets = judged.flatMap((each) => each.onsets)
    expect(onsets.length).toBeGreaterThan(30)
    expect(percentile(onsets, 0.95)).toBeLessThanOrEqual(ratio === 10 ? 500 : 150) // at 10 dB a soft first syllable may pass unheard
    expect(Math.max(...judged.flatMap((each) => each.releases))).toBeLessThanOrEqual(700)
    expect(judged.map(({ changes, seconds }) => changes / seconds).filter((perSecond) => perSecond >= 0.1)).toEqual([])
    expect(judged.map(({ falseSteps }) => falseSteps)).toEqual([0, 0, 0])
  })
})

test('half a minute of speech without a pause stays speech', () => {
  const { samples, phrases } = makeSpeechLike({ seconds: 40, level: -30, seed: 4, longest: 30 })
  expect(judge(detectIn(mixed(samples, makeNoise('pink', { seconds: 40, level: -45, seed: 4 }))), phrases)).toMatchObject({ changes: 0, falseSteps: 0 })
  expect(phrases).toHaveLength(1)
})

test.each(noiseKinds)('a minute of steady %s noise is never speech, however loud', (kind) => {
  const energies = energiesOf(makeNoise(kind, { seconds: 60, level: 0, seed: 5 }))
  for (const level of [-100, -90, -80, -70, -60, -50, -40, -30]) {
    expect([level, ...spansOf(detect(energies.map((energy) => energy * 10 ** (level / 10))))]).toEqual([level])
  }
})

test.each([8000, 48_000])('works at %i Hz', (sampleRate) => {
  const { samples, phrases } = makeSpeechLike({ seconds: 30, level: -35, seed: 6, sampleRate })
  const { onsets, falseSteps } = judge(detectIn(mixed(samples, makeNoise('pink', { seconds: 30, level: -55, seed: 6, sampleRate })), sampleRate), phrases)
  expect(Math.max(...onsets)).toBeLessThanOrEqual(150)
  expect(falseSteps).toBe(0)
})

test('a quiet microphone is heard, and what no one can hear is not', () => {
  const { samples, phrases } = makeSpeechLike({ seconds: 30, level: -50, seed: 7 })
  const noise = makeNoise('pink', { seconds: 30, level: -70, seed: 7 })
  expect(Math.max(...judge(detectIn(mixed(samples, noise)), phrases).onsets)).toBeLessThanOrEqual(150)
  expect(spansOf(detectIn(mixed(samples, noise).map((x) => x / 10)))).toEqual([])
})

test('typing is no speech, nor is a bang', () => {
  const noise = makeNoise('pink', { seconds: 60, level: -60, seed: 8 })
  for (const strokes of [{ peak: -10, perSecond: 8, tail: 0.01 }, { peak: -20, perSecond: 12, tail: 0.01 }, { peak: -20, perSecond: 4, tail: 0.03 }]) {
    expect(spansOf(detectIn(mixed(noise, makeStrokes({ seconds: 60, seed: 8, ...strokes }))))).toEqual([])
  }
  expect(spansOf(detectIn(mixed(noise, makeStrokes({ seconds: 60, seed: 8, peak: 0, perSecond: 0.1, tail: 0.02 }))))).toEqual([])
})

describe('a floor that changes', () => {
  /** A fan from 10 s to 20 s, 15 dB over the rest, and a phrase in each part. */
  const fan = makeNoise('pink', { seconds: 30, level: -45, seed: 9 }).map((x, i) => i >= 10 * rate && i < 20 * rate ? x : 0)
  const noise = mixed(makeNoise('pink', { seconds: 30, level: -60, seed: 10 }), fan)

  test('is speech for 3.5 s at most', () => {
    const spans = spansOf(detectIn(noise))
    expect(spans).toHaveLength(1)
    expect(spans[0]?.[0]).toBeGreaterThanOrEqual(10)
    expect(spans[0]?.[1]).toBeLessThanOrEqual(13.5)
  })

  test('is then what speech is compared with, louder or softer', () => {
    const phrase = makeSpeechLike({ seconds: 10, level: -30, seed: 11 }).samples.subarray(3 * rate, 4 * rate)
    const speech = new Float32Array(30 * rate)
    for (const [at, gain] of [[5, 0.178], [16, 1], [24, 0.178]] as const) speech.set(phrase.map((x) => x * gain), at * rate) // 15 dB over each
    const onsets = spansOf(detectIn(mixed(noise, speech))).map(([from]) => from)
    expect(onsets).toHaveLength(4)
    for (const [index, at] of [[0, 5], [2, 16], [3, 24]] as const) expect(Math.abs((onsets[index] as number) - at - 0.1)).toBeLessThanOrEqual(0.05)
  })
})

test('a held tone is speech for 3.5 s at most', () => {
  const tone = Float32Array.from({ length: 20 * rate }, (_, i) => i < 5 * rate ? 0 : 0.1 * Math.sin(2 * Math.PI * 440 * i / rate))
  const spans = spansOf(detectIn(mixed(tone, makeNoise('pink', { seconds: 20, level: -60, seed: 12 }))))
  expect(spans).toHaveLength(1)
  expect(spans[0]?.[1]).toBeLessThanOrEqual(8.5)
})

describe('silence', () => {
  const noise = makeNoise('pink', { seconds: 20, level: -40, seed: 13 })

  test('is no speech, and nothing to compare noise with', () => {
    expect(spansOf(detect(Array<number>(1000).fill(0)))).toEqual([])
    expect(spansOf(detectIn(noise.map((x, i) => i > 5 * rate && i < 12 * rate ? 0 : x)))).toEqual([]) // muted for 7 s
  })

  test('may come before a device fades in', () => {
    expect(spansOf(detectIn(noise.map((x, i) => x * Math.min(1, Math.max(0, i / rate - 0.5) / 0.1))))).toEqual([])
  })

  test('between phrases, as a noise gate makes it, costs only the first syllables, until the first gap', () => {
    const { samples, phrases } = makeSpeechLike({ seconds: 60, level: -35, seed: 14 })
    const { onsets, changes, falseSteps } = judge(detectIn(samples), phrases)
    expect(onsets[0]).toBeLessThanOrEqual(700)
    expect(Math.max(...onsets.slice(1))).toBeLessThanOrEqual(150)
    expect([changes, falseSteps]).toEqual([0, 0])
  })
})

test('nothing is speech in the first 0.2 s, and who speaks already is heard within a second', () => {
  const { samples, phrases } = makeSpeechLike({ seconds: 10, level: -35, seed: 15 })
  const begun = samples.subarray(Math.round(((phrases[0]?.start ?? 0) + 0.1) * rate))
  const [first] = spansOf(detectIn(mixed(begun, makeNoise('pink', { seconds: 3, level: -55, seed: 15 }))))
  expect(first?.[0]).toBeGreaterThanOrEqual(0.2)
  expect(first?.[0]).toBeLessThanOrEqual(1)
})

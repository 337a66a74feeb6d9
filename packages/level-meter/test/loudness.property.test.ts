import { beforeAll, describe, expect, test, vi } from 'vitest'
import { weightsOfCount } from '../src/channel-weights.ts'
import { chooseKernel } from '../src/kernel-builds.ts'
import { LoudnessAnalyser, type LoudnessFormat, type LoudnessReading } from '../src/loudness-analyser.ts'
import { truePeakPhase, truePeakTaps } from '../src/true-peak-filter.ts'
import { createWasmKernel, rowMargin, truePeakFlag, type Kernel } from '../src/worklet/kernel.ts'
import { compose, programmes, type Programme } from './programmes.ts'
import { measureLoudness, type ReferenceLoudness } from './reference-loudness.ts'
import { seededRandom } from './signals.ts'

// All of this is computing, so it takes as long as the machine has other work too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** Pushes pieces of 1 to 10,000 frames; `afterPush` is told how many frames there have been. */
function pushInPieces(analyser: LoudnessAnalyser, signal: readonly Float32Array[], seed: number, afterPush: (frames: number) => void): void {
  const random = seededRandom(seed)
  const frames = signal[0]?.length ?? 0
  for (let from = 0; from < frames;) {
    const to = Math.min(frames, from + 1 + Math.floor(10_000 ** random()))
    analyser.push(signal.map((samples) => samples.subarray(from, to)))
    from = to
    afterPush(to)
  }
}

async function analyse(format: LoudnessFormat, signal: readonly Float32Array[]): Promise<LoudnessReading> {
  using analyser = await LoudnessAnalyser.create(format)
  analyser.push(signal)
  return analyser.read()
}

type Tolerances = Readonly<Record<keyof LoudnessReading, number>>

/** LU and dB: what design and README promise between backends, and here between product and standard. */
const promised: Tolerances = {
  momentary: 1e-6, shortTerm: 1e-6, integrated: 1e-6, maxMomentary: 1e-6, maxShortTerm: 1e-6, range: 0.01, truePeak: 1e-5, samplePeak: 0,
}
/** Where a push ends changes which frames are filtered as a pair, and so the rounding in float64; maxima are the same bits. */
const rounding: Tolerances = {
  momentary: 1e-9, shortTerm: 1e-9, integrated: 1e-9, maxMomentary: 1e-9, maxShortTerm: 1e-9, range: 1e-9, truePeak: 0, samplePeak: 0,
}

function findDifferences(found: Partial<LoudnessReading>, expected: LoudnessReading, tolerances: Tolerances): string[] {
  return (Object.keys(found) as (keyof LoudnessReading)[]).flatMap((key) => {
    const [left, right] = [[found[key]].flat() as number[], [expected[key]].flat()]
    const isEqual = left.length === right.length && left.every((x, i) => areNear(x, right[i] as number, tolerances[key]))
    return isEqual ? [] : [`${key} is ${left.join(' ')}, not ${right.join(' ')}`]
  })
}

/** What a constant leaves behind the high-pass is the rounding of its filter, below -150 LUFS: there both need only be as low. */
function areNear(a: number, b: number, tolerance: number): boolean {
  return a === b || Math.abs(a - b) <= tolerance || (a < -150 && b < -150)
}

describe.each(programmes.map((programme) => [programme.name, programme] as const))('%s', (_, programme) => {
  const { sampleRate, channels, seed } = programme
  let signal: Float32Array[]
  let expected: ReferenceLoudness
  let whole: LoudnessReading

  beforeAll(async () => {
    signal = compose(programme)
    expected = measureLoudness(signal, sampleRate, [...weightsOfCount(channels)])
    whole = await analyse({ sampleRate, channels }, signal)
  })

  test('agrees with the reference', () => {
    const { momentary, shortTerm, ...rest } = expected
    expect(findDifferences(whole, { momentary: momentary.at(-1) as number, shortTerm: shortTerm.at(-1) as number, ...rest }, promised)).toEqual([])
  })

  test('is the same in pieces, and agrees with the reference after each', async () => {
    using analyser = await LoudnessAnalyser.create({ sampleRate, channels })
    const faults: string[] = []
    let hops = 0
    pushInPieces(analyser, signal, seed, (frames) => {
      while (Math.round((hops + 1) * sampleRate / 100) <= frames) hops++
      const { momentary, shortTerm } = analyser.read()
      const then = { ...whole, momentary: expected.momentary[hops - 1] ?? -Infinity, shortTerm: expected.shortTerm[hops / 10 - 1] ?? -Infinity }
      faults.push(...findDifferences(hops % 10 === 0 ? { momentary, shortTerm } : { momentary }, then, promised))
    })
    expect(faults).toEqual([])
    expect(findDifferences(analyser.read(), whole, rounding)).toEqual([])
  })

  test('is the same in JavaScript', async () => {
    expect(findDifferences(await analyse({ sampleRate, channels, backend: 'javascript' }, signal), whole, promised)).toEqual([])
  })
})

// In a long programme some phase of the interpolator is bound to find the largest value; in a few periods each has its own.
test.each(['wasm-simd', 'javascript'] as const)('the true peak of short tones agrees with the reference, reset after each, in %s', async (backend) => {
  const random = seededRandom(4)
  using analyser = await LoudnessAnalyser.create({ sampleRate: 48_000, channels: 2, backend })
  for (let i = 0; i < 300; i++) {
    const signal = [0, 1].map(() => {
      const [amplitude, frequency, phase] = [10 ** (-4 * random()), 0.05 + 0.4 * random(), 2 * Math.PI * random()]
      return Float32Array.from({ length: 48 }, (_, n) => amplitude * Math.sin(Math.PI * Math.min(1, n / 32)) ** 2 * Math.sin(2 * Math.PI * frequency * n + phase))
    })
    analyser.push(signal)
    const { truePeak, samplePeak } = measureLoudness(signal, 48_000, [1, 1])
    expect(findDifferences({ truePeak, samplePeak }, analyser.read(), promised)).toEqual([])
    analyser.reset()
  }
})

/** Where truePeakTaps() has the limits by which the kernel skips outputs. */
const [firstLimit, guard, lastLimit] = [18, 19, 22]

describe('skipping what cannot exceed a peak', () => {
  test.each(programmes.slice(0, 8).map((programme) => [programme.name, programme] as const))('changes no bit of the true peak of %s', async (_, programme) => {
    const [skipping, thorough] = [await createKernel(), await createKernel((taps) => { taps[firstLimit] = -1; taps[lastLimit] = 1e30 })]
    for (const samples of compose(programme)) {
      expect(truePeaksOf(skipping, samples, programme.seed)).toEqual(truePeaksOf(thorough, samples, programme.seed))
    }
  })

  // The largest outputs that samples of one magnitude can have, some of them a little smaller: what a limit has to get right.
  test('changes no bit of the true peak of samples that have the signs of the taps', async () => {
    const [skipping, thorough] = [await createKernel(), await createKernel((taps) => { taps[firstLimit] = -1; taps[lastLimit] = 1e30 })]
    const random = seededRandom(6)
    const [even, odd, half] = [0, 6, 12].map((from) => truePeakTaps().slice(from, from + 6)) as [number[], number[], number[]]
    const first = [...even.map((tap, k) => tap + (odd[k] as number)), ...even.map((tap, k) => tap - (odd[k] as number)).reverse()]
    const phases = [first, first.toReversed(), [...half, ...half.toReversed()]]
    for (let i = 0; i < 3000; i++) {
      const taps = phases[i % 3] as number[]
      const depth = random() ** 2
      const samples = Float32Array.from({ length: 128 }, (_, n) => (n < 32 ? 0.5 : 1) * Math.sign(taps[(n * 5 + i) % 12] as number) * (1 - depth * random()))
      for (let k = 0; k < 12; k++) samples[100 + k] = Math.sign(taps[k] as number) * (1 - depth * random() ** 3)
      expect(truePeaksOf(skipping, samples, i)).toEqual(truePeaksOf(thorough, samples, i))
    }
  })

  test('the taps of all phases have the same signs, on which its limits rest', () => {
    const [first, middle] = [truePeakPhase(1), truePeakPhase(2)]
    expect(first.map(Math.sign)).toEqual(middle.map(Math.sign))
  })

  test.each([
    ['first', (taps: number[]) => { taps[firstLimit] = 1 }],
    ['second', (taps: number[]) => { taps[firstLimit] = -1; taps[guard] = 2 }],
  ] as const)('would be seen to change it with a %s limit too bold', async (_, change) => {
    const [bold, thorough] = [await createKernel(change), await createKernel((taps) => { taps[firstLimit] = -1; taps[lastLimit] = 1e30 })]
    const samples = compose(programmes[0] as Programme)[0] as Float32Array
    expect(truePeaksOf(bold, samples, 1)).not.toEqual(truePeaksOf(thorough, samples, 1))
  })
})

/** A wasm kernel with other limits. */
async function createKernel(change: (taps: number[]) => void = () => {}): Promise<Kernel> {
  const module = await chooseKernel('wasm-simd', 'createKernel') as WebAssembly.Module // undefined for JavaScript only
  const taps = truePeakTaps()
  change(taps)
  return createWasmKernel(module, 48_000, 'wasm-simd', taps)
}

/** One maximum per interval of 1 to 60 blocks, in blocks of 1 to 4096 frames. */
function truePeaksOf(kernel: Kernel, samples: Float32Array, seed: number): number[] {
  const random = seededRandom(seed)
  const channel = kernel.openChannel()
  const peaks: number[] = []
  for (let from = 0; from < samples.length;) {
    const block = samples.subarray(from, from + 1 + Math.floor(4096 * random()))
    kernel.stage.set(block, rowMargin)
    kernel.rowChannels[0] = truePeakFlag + channel
    kernel.measure(1, kernel.stage.length, block.length)
    from += block.length
    if (random() > 1 / 60 && from < samples.length) continue
    peaks.push(kernel.truePeaks[channel] as number)
    kernel.clearLevels(channel)
  }
  kernel.closeChannel(channel)
  return peaks
}

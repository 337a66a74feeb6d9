import { describe, expect, test } from 'vitest'
import { roundingTolerance } from '../../test/check-kernel.ts'
import { measureReference } from '../../test/reference-meter.ts'
import { firstDifference, joinBlocks, makeSignal, seededRandom } from '../../test/signals.ts'
import { decodeHex } from '../hex.ts'
import { kernelHex } from '../generated/kernel-wasm.ts'
import { readTable, type SourceReading } from '../reading-table.ts'
import { sparesPerSource, type SourceRequest } from '../worklet-messages.ts'
import { createJavaScriptKernel } from './javascript-kernel.ts'
import { createWasmKernel } from './kernel.ts'
import { MeterBank } from './meter-bank.ts'

interface Cut { frame: number; readings: SourceReading[] }

function createBank({ intervalFrames = 1000, sampleRate = 1000, inputs = 4, keepAll = false, answer = true, kernel = createJavaScriptKernel(48_000) } = {}) {
  const cuts: Cut[] = []
  const bank = new MeterBank({
    kernel, sampleRate, intervalFrames, inputs, keepAll,
    onCut: (cut) => {
      const readings = readTable(cut, { sampleRate, intervalFrames }).map((reading) => ({ ...reading, energies: reading.energies.slice() }))
      cuts.push({ frame: cut.frame, readings })
      if (answer) bank.markTaken(cut.frame, cut.table)
    },
  })
  return { bank, cuts, readingsOf: (id: number) => cuts.flatMap(({ readings }) => readings).filter((reading) => reading.id === id).map(({ reading }) => reading) }
}

function request(id: number, more: Partial<SourceRequest> = {}): SourceRequest {
  return { id, pcm: false, energies: false, truePeak: false, ...more }
}

/** Feeds one source quantum by quantum from `firstFrame` on. */
function render(bank: MeterBank, channels: Float32Array[], { quantum = 128, firstFrame = 0, input = 0 } = {}): number {
  const length = channels[0]?.length ?? 0
  let offset = 0
  for (; offset + quantum <= length; offset += quantum) {
    const inputs: Float32Array[][] = [[], [], [], []]
    inputs[input] = channels.map((samples) => samples.subarray(offset, offset + quantum))
    bank.process(inputs, firstFrame + offset, quantum)
  }
  return firstFrame + offset
}

describe.each([['wasm', () => createWasmKernel(decodeHex(kernelHex), 48_000)], ['javascript', () => createJavaScriptKernel(48_000)]] as const)('with the %s kernel', (_name, kernel) => {
  test.each([1, 3, 64, 128, 256, 333, 512, 4096, 100_000])('quanta of %i frames give the same whole intervals', (quantum) => {
    const random = seededRandom(quantum)
    const total = Math.ceil(10_000 / quantum) * quantum
    const channels = [makeSignal('broken', total, random), makeSignal('noise', total, random)]
    const { bank, readingsOf } = createBank({ kernel: kernel() })
    bank.start(0, request(1, { pcm: true }))
    render(bank, channels, { quantum })

    const readings = readingsOf(1)
    expect(readings.map(({ index, startFrame, frames }) => [index, startFrame, frames])).toEqual(
      Array.from({ length: Math.floor(total / 1000) }, (_, index) => [index, index * 1000, 1000]))
    expect(firstDifference(joinBlocks(readings.map(({ pcm }) => pcm ?? new Float32Array())), (channels[0] as Float32Array).slice(0, readings.length * 1000))).toBe(-1)
    for (const reading of readings) {
      const parts = channels.map((samples) => measureReference(samples.subarray(reading.startFrame, reading.startFrame + 1000)))
      expect(reading.peak).toEqual(parts.map(({ peak }) => peak))
      expect(reading.level).toBe(Math.round(100 * Math.min(1, Math.max(...reading.peak))))
      expect(reading.clipped).toBe(parts.reduce((sum, { clipped }) => sum + clipped, 0))
      expect(reading.invalid).toBe(parts.reduce((sum, { invalid }) => sum + invalid, 0))
      parts.forEach(({ squares, sum, magnitudes }, channel) => {
        const rms = Math.sqrt(squares / 1000)
        expect(Math.abs((reading.rms[channel] ?? NaN) - rms)).toBeLessThanOrEqual(roundingTolerance / 2 * rms)
        expect(Math.abs((reading.dcOffset[channel] ?? NaN) - sum / 1000)).toBeLessThanOrEqual(roundingTolerance * magnitudes / 1000)
      })
    }
  })
})

test('as many channels as a node can have are all measured, in quanta too long for the stage', () => {
  const { bank, readingsOf } = createBank({ inputs: 32, intervalFrames: 4096 })
  const inputs = Array.from({ length: 32 }, (_, input) => Array.from({ length: 32 }, (_unused, channel) => new Float32Array(4096).fill((input * 32 + channel) / 2048)))
  for (let input = 0; input < 32; input++) bank.start(input, request(input + 1))
  bank.process(inputs, 0, 4096)
  for (let input = 0; input < 32; input++) {
    expect(readingsOf(input + 1)[0]?.peak).toEqual(Array.from({ length: 32 }, (_, channel) => (input * 32 + channel) / 2048))
  }
})

test('a source that starts within an interval has one shorter reading, then whole ones', () => {
  const { bank, readingsOf } = createBank()
  const signal = makeSignal('noise', 128 * 40, seededRandom(1))
  render(bank, [signal.subarray(0, 1280)])
  bank.start(0, request(9, { pcm: true }))
  render(bank, [signal.subarray(1280)], { firstFrame: 1280 })
  expect(readingsOf(9).map(({ index, startFrame, frames, pcm }) => [index, startFrame, frames, pcm?.length])).toEqual([
    [1, 1280, 720, 720], [2, 2000, 1000, 1000], [3, 3000, 1000, 1000], [4, 4000, 1000, 1000],
  ])
  expect(firstDifference(joinBlocks(readingsOf(9).map(({ pcm }) => pcm as Float32Array)), signal.slice(1280, 5000))).toBe(-1)
})

test('an unconnected input reads as one channel of zeros, also in a buffer that was used before', () => {
  const { bank, cuts, readingsOf } = createBank()
  bank.start(0, request(1, { pcm: true }))
  bank.addSpares([new Float32Array(1000).fill(5), new Float32Array(1000).fill(5)])
  for (let frame = 0; frame < 2500; frame += 125) bank.process([[]], frame, 125)
  expect(cuts.map(({ readings }) => readings[0]?.hasData)).toEqual([false, false])
  for (const reading of readingsOf(1)) {
    expect(reading).toMatchObject({ level: 0, peak: [0], rms: [0], dcOffset: [0], channels: 1, clipped: 0, invalid: 0 })
    expect(reading.pcm).toEqual(new Float32Array(1000))
  }
})

test('channels is the largest count of the interval, and absent channels count as silence', () => {
  const { bank, readingsOf } = createBank()
  bank.start(0, request(1))
  const half = new Float32Array(500).fill(0.5)
  bank.process([[half]], 0, 500)
  bank.process([[half, half]], 500, 500)
  bank.process([[half]], 1000, 1000 / 2)
  bank.process([[half]], 1500, 500)
  expect(readingsOf(1).map(({ channels, dcOffset }) => [channels, dcOffset])).toEqual([[2, [0.5, 0.25]], [1, [0.5]]])
})

test('frames that were never rendered count as silence and leave the clock true', () => {
  const { bank, readingsOf } = createBank()
  bank.start(0, request(1, { pcm: true }))
  const block = new Float32Array(500).fill(0.5)
  bank.process([[block]], 0, 500)
  bank.process([[block]], 1500, 500)
  expect(readingsOf(1).map(({ startFrame, frames }) => [startFrame, frames])).toEqual([[0, 1000], [1000, 1000]])
  const joined = joinBlocks(readingsOf(1).map(({ pcm }) => pcm as Float32Array))
  expect([0, 499, 500, 1499, 1500, 1999].map((frame) => joined[frame])).toEqual([0.5, 0.5, 0, 0, 0.5, 0.5])
})

test('quanta that repeat the frame of an earlier one are measured as the next ones', () => {
  const { bank, readingsOf } = createBank()
  bank.start(0, request(1, { pcm: true }))
  ;[0, 0, 0, 750, 1000, 1000, 1500, 1750].forEach((frame, index) => { bank.process([[new Float32Array(250).fill(index)]], frame, 250) })
  const readings = readingsOf(1)
  expect(readings.map(({ startFrame, frames }) => [startFrame, frames])).toEqual([[0, 1000], [1000, 1000]])
  expect(readings.filter((reading) => 'dropped' in reading)).toEqual([])
  const joined = joinBlocks(readings.map(({ pcm }) => pcm as Float32Array))
  expect(Array.from({ length: 8 }, (_, index) => joined[250 * index + 249])).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

test('a clock that jumps by more than 10 s starts the sources anew and reports what is lost', () => {
  const { bank, readingsOf } = createBank()
  bank.start(0, request(1, { pcm: true }))
  const block = new Float32Array(500)
  bank.process([[block]], 0, 500)
  bank.process([[block]], 20_500, 500)
  expect(readingsOf(1)[0]).toMatchObject({ startFrame: 20_500, frames: 500, dropped: 20_500 })
})

describe('while nobody takes the readings', () => {
  const seconds = (bank: MeterBank, from: number, to: number): void => {
    for (let second = from; second < to; second++) bank.process([[new Float32Array(1000).fill(second)], [new Float32Array(1000).fill(second)]], second * 1000, 1000)
  }

  test('10 s of PCM wait; what is lost after that is reported with the next reading', () => {
    const { bank, cuts, readingsOf } = createBank({ answer: false })
    bank.start(0, request(1, { pcm: true }))
    bank.start(1, request(2))
    seconds(bank, 0, 15)
    const waiting = readingsOf(1)
    expect(waiting.map(({ startFrame }) => startFrame)).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000])
    expect(readingsOf(2)).toHaveLength(15) // levels are small, and wait longer

    bank.markTaken(cuts.at(-1)?.frame ?? 0, new Float64Array())
    seconds(bank, 15, 17)
    const [after, next] = readingsOf(1).slice(waiting.length)
    expect(after).toMatchObject({ index: 15, startFrame: 15_000, frames: 1000, dropped: 4000 })
    expect(after?.pcm).toEqual(new Float32Array(1000).fill(15))
    expect(next).not.toHaveProperty('dropped')
  })

  test('levels stop after 10 minutes', () => {
    const { bank, readingsOf } = createBank({ answer: false })
    bank.start(1, request(2))
    seconds(bank, 0, 700)
    expect(readingsOf(2)).toHaveLength(601)
  })

  test('an offline rendering keeps everything', () => {
    const { bank, readingsOf } = createBank({ answer: false, keepAll: true })
    bank.start(0, request(1, { pcm: true }))
    seconds(bank, 0, 60)
    expect(readingsOf(1)).toHaveLength(60)
  })

  test('an hour without a source is nobody being late', () => {
    const { bank, readingsOf } = createBank({ answer: false })
    for (let second = 0; second < 3600; second++) bank.process([[]], second * 1000, 1000)
    bank.start(0, request(1, { pcm: true }))
    seconds(bank, 3600, 3602)
    expect(readingsOf(1)).toHaveLength(2)
    expect(readingsOf(1)[0]).not.toHaveProperty('dropped')
  })
})

test('PCM is written into the pooled buffers, and an empty pool allocates', () => {
  const { bank, readingsOf } = createBank({ answer: true })
  bank.start(0, request(1, { pcm: true }))
  const spares = [new Float32Array(1000), new Float32Array(1000)]
  bank.addSpares(spares)
  render(bank, [makeSignal('noise', 4096, seededRandom(3))])
  const delivered = readingsOf(1).map(({ pcm }) => pcm as Float32Array)
  expect(delivered).toHaveLength(4)
  expect(delivered.filter((pcm) => spares.includes(pcm as Float32Array<ArrayBuffer>))).toHaveLength(2)
})

test('the pool takes neither misfits nor more than its sources need', () => {
  const { bank, readingsOf } = createBank()
  bank.start(0, request(1, { pcm: true }))
  const spares = Array.from({ length: 20 }, () => new Float32Array(1000))
  bank.addSpares([new Float32Array(999), ...spares])
  render(bank, [new Float32Array(128 * 100)])
  const used = readingsOf(1).filter(({ pcm }) => spares.includes(pcm as Float32Array<ArrayBuffer>))
  expect(used).toHaveLength(sparesPerSource(1))
})

test.each([
  ['wasm', () => createWasmKernel(decodeHex(kernelHex), 48_000), 5000], ['javascript', () => createJavaScriptKernel(48_000), 1000],
] as const)('a quantum without a cut allocates nothing with the %s kernel', (_name, kernel, quanta) => {
  const { bank } = createBank({ kernel: kernel(), sampleRate: 48_000, intervalFrames: 2 ** 22, inputs: 32 })
  const inputs = Array.from({ length: 32 }, () => [new Float32Array(128).fill(0.5), new Float32Array(128).fill(0.25)])
  for (let input = 0; input < 32; input++) bank.start(input, request(input + 1, { energies: true, truePeak: true }))
  let frame = 0
  const bytesOf = (count: number): number => {
    const before = process.memoryUsage().heapUsed
    for (let quantum = 0; quantum < count; quantum++, frame += 128) bank.process(inputs, frame, 128)
    return process.memoryUsage().heapUsed - before
  }
  // What a quantum allocates it allocates in every window; before V8 has optimised it, which on a busy machine takes a while,
  // so do others. The smallest object has 12 bytes; the measurement itself takes some kB.
  let least = Infinity
  for (let window = 0; window < 60 && least >= quanta * 12; window++) least = Math.min(least, Math.abs(bytesOf(quanta)))
  expect(least).toBeLessThan(quanta * 12)
}, 60_000)

test('a stopped source has no further reading, and its input serves another source', () => {
  const { bank, cuts, readingsOf } = createBank()
  bank.start(0, request(1))
  bank.process([[new Float32Array(500)]], 0, 500)
  bank.stop(0)
  bank.process([[new Float32Array(1000)]], 500, 1000)
  expect(cuts).toEqual([])
  bank.start(0, request(2))
  bank.process([[new Float32Array(500)]], 1500, 500)
  expect(readingsOf(1)).toEqual([])
  expect(readingsOf(2)).toHaveLength(1)
})

describe('loudness and true peak', () => {
  const rate = 48_000
  const tone = Float32Array.from({ length: 2 * rate }, (_, frame) => 0.5 * Math.sin(2 * Math.PI * 997 * frame / rate))

  /** Energies of `counts[n]` channels in second n, the tone in the last of them, the others silent. */
  function energiesOf(counts: readonly number[]): number[][] {
    const { bank, cuts } = createBank({ sampleRate: rate, intervalFrames: rate })
    bank.start(0, request(1, { energies: true, truePeak: true }))
    counts.forEach((count, second) => {
      for (let from = 0; from < rate; from += 480) {
        const channels = Array.from({ length: count }, (_, channel) => (channel === count - 1 ? tone.subarray(from, from + 480) : new Float32Array(480)))
        bank.process([channels], second * rate + from, 480)
      }
    })
    return cuts.map(({ readings }) => [...readings[0]?.energies ?? []])
  }

  test.each([[6, 4], [6, 5], [4, 6], [6, 2], [2, 6], [5, 1], [1, 0]])('after %i channels %i are weighed by their own layout, once the others have rung out', (first, then) => {
    const changed = energiesOf([first, then])[1] ?? []
    const alone = energiesOf([then, then])[1] ?? []
    expect(changed).toHaveLength(100)
    // The high-pass has forgotten a second of tone by 190 dB after 100 ms.
    changed.slice(10).forEach((energy, step) => { expect(Math.abs(energy - (alone[step + 10] ?? NaN))).toBeLessThanOrEqual(1e-9 * (alone[step + 10] ?? NaN) + 1e-9) })
  })

  test('a source begins with the first whole 10 ms, and intervals need not be multiples of them', () => {
    const { bank, cuts } = createBank({ sampleRate: rate, intervalFrames: 1200 })
    bank.process([[tone.subarray(0, 100)]], 0, 100)
    bank.start(0, request(1, { energies: true }))
    for (let frame = 100; frame + 128 <= 12_000; frame += 128) bank.process([[tone.subarray(frame, frame + 128)]], frame, 128)
    // Steps end at multiples of 480 frames, cuts lie at multiples of 1200; the first step began before the source.
    expect(cuts.map(({ readings }) => readings[0]?.energies.length)).toEqual([1, 3, 2, 3, 2, 3, 2, 3, 2])
  })

  test('each channel that goes rings out, and is closed after that', () => {
    const kernel = createJavaScriptKernel(rate)
    const { bank, cuts } = createBank({ kernel, sampleRate: rate, intervalFrames: rate })
    bank.start(0, request(1, { energies: true }))
    const noise = makeSignal('noise', 480, seededRandom(9))
    // A second of two channels, three of one, three of none.
    for (let block = 0; block < 700; block++) bank.process([block < 100 ? [noise, noise] : block < 400 ? [noise] : []], 480 * block, 480)
    const energies = cuts.flatMap(({ readings }) => [...readings[0]?.energies ?? []])
    expect(energies[100]).toBeGreaterThan((energies[399] ?? NaN) * (1 + 1e-9)) // some of the second's ringing
    expect(energies[400]).toBeGreaterThan(0) // nothing but the first's
    expect(energies[699]).toBe(0)
    expect(kernel.openChannel()).toBe(0)
  })

  test('one channel too many takes no other source its own', () => {
    const kernel = createJavaScriptKernel(rate)
    const opened = Array.from({ length: 4096 }, () => kernel.openChannel())
    expect(new Set(opened).size).toBe(4096)
    const { bank } = createBank({ kernel })
    bank.start(0, request(1, { truePeak: true }))
    expect(() => { bank.process([[tone.subarray(0, 128)]], 0, 128) }).toThrow(/more than 4096 channels/)
    bank.close()
    expect(() => kernel.openChannel()).toThrow(RangeError)
    kernel.closeChannel(opened[7] as number)
    expect(kernel.openChannel()).toBe(opened[7])
  })
})

test('a page that takes nothing for long loses PCM, and no loudness', () => {
  const rate = 8000
  const { bank, cuts } = createBank({ sampleRate: rate, intervalFrames: rate, answer: false })
  bank.start(0, request(1, { pcm: true, energies: true }))
  bank.start(1, request(2, { energies: true }))
  const signal = makeSignal('noise', 20 * rate, seededRandom(3))
  for (let frame = 0; frame < signal.length; frame += 80) {
    if (frame === 16 * rate) bank.markTaken(cuts.at(-1)?.frame ?? 0, new Float64Array())
    const samples = signal.subarray(frame, frame + 80)
    bank.process([[samples], [samples]], frame, 80)
  }
  const energiesOf = (id: number): number[] => cuts.flatMap(({ readings }) => readings.filter((reading) => reading.id === id).flatMap(({ energies }) => [...energies]))
  expect(cuts.some(({ readings }) => readings.some(({ reading }) => (reading.dropped ?? 0) > 0))).toBe(true)
  expect(energiesOf(1)).toHaveLength(2000)
  expect(energiesOf(1)).toEqual(energiesOf(2))
})

import { peakOf, rowMargin, type Kernel } from '../src/worklet/kernel.ts'
import { measureReference } from './reference-meter.ts'
import { makeSignal, seededRandom, signalKinds } from './signals.ts'

/**
 * A square and its first seven additions may be f32 (assembly/level.ts says why), each rounded by at most 2^-24 of the
 * result, so RMS is right to half of this. The promise is 1e-6 of the RMS.
 */
export const roundingTolerance: number = 8 * 2 ** -24

/**
 * Runs a kernel over random signals of 1 to 4096 frames and 1 to 8 channels and compares with the reference. Returns what
 * is wrong, so that the same check can be shown to find a broken kernel.
 */
export function findKernelFaults(kernel: Kernel): string[] {
  const random = seededRandom(20261123)
  const lengths = [1, 2, 3, 4, 5, 7, 8, 63, 64, 127, 128, 129, 256, 333, 1023, 4096]
  while (lengths.length < 40) lengths.push(1 + Math.floor(random() * 4096))
  const faults: string[] = []
  for (const kind of signalKinds) {
    for (const length of lengths) {
      const channels = Array.from({ length: 1 + Math.floor(random() * 8) }, () => makeSignal(kind, length, random))
      faults.push(...findFaults(kernel, channels).map((fault) => `${kind}, ${length} frames: ${fault}`))
    }
  }
  return faults
}

function findFaults(kernel: Kernel, channels: Float32Array[]): string[] {
  kernel.stage.fill(NaN) // what lies between the rows must not count
  const levels = measureRows(kernel, channels)
  return channels.flatMap((samples, row) => {
    const expected = measureReference(samples)
    const found = levels[row] as ChannelLevels // one per row
    const faults: string[] = []
    for (const name of ['peak', 'clipped', 'invalid'] as const) {
      if (!Object.is(found[name], expected[name])) faults.push(`channel ${row}: ${name} is ${found[name]}, not ${expected[name]}`)
    }
    for (const [name, scale] of [['squares', expected.squares], ['sum', expected.magnitudes]] as const) {
      if (!(Math.abs(found[name] - expected[name]) <= roundingTolerance * scale)) faults.push(`channel ${row}: ${name} is ${found[name]}, not ${expected[name]}`)
    }
    return faults
  })
}

export interface ChannelLevels {
  readonly peak: number
  readonly sum: number
  readonly squares: number
  readonly clipped: number
  readonly invalid: number
}

/** Measures one block, each row in a channel of its own. All rows are as long as the first. */
export function measureRows(kernel: Kernel, rows: readonly Float32Array[]): ChannelLevels[] {
  const frames = rows[0]?.length ?? 0
  const stride = rowMargin + ((frames + 3) & ~3)
  const channels = rows.map((samples, row) => {
    kernel.stage.set(samples, row * stride + rowMargin)
    return kernel.rowChannels[row] = kernel.openChannel()
  })
  kernel.measure(rows.length, stride, frames)
  return channels.map((channel) => {
    const { sums, squares, clipped, invalid } = kernel
    const ofParts = (parts: Float64Array): number => (parts[2 * channel] ?? NaN) + (parts[2 * channel + 1] ?? NaN)
    const levels = { peak: peakOf(kernel, channel), sum: ofParts(sums), squares: ofParts(squares), clipped: clipped[channel] ?? NaN, invalid: invalid[channel] ?? NaN }
    kernel.closeChannel(channel)
    return levels
  })
}

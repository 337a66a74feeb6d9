import { rowMargin, type Kernel } from '../src/worklet/kernel.ts'
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
  const frames = channels[0]?.length ?? 0
  const stride = rowMargin + ((frames + 3) & ~3)
  kernel.stage.fill(NaN) // what lies between the rows must not count
  channels.forEach((samples, row) => { kernel.stage.set(samples, row * stride + rowMargin) })
  kernel.measure(channels.length, stride, frames)
  return channels.flatMap((samples, row) => {
    const expected = measureReference(samples)
    const faults: string[] = []
    for (const [name, found] of [['peak', kernel.peaks[row]], ['clipped', kernel.clipped[row]], ['invalid', kernel.invalid[row]]] as const) {
      if (!Object.is(found, expected[name])) faults.push(`channel ${row}: ${name} is ${found}, not ${expected[name]}`)
    }
    for (const [name, found, scale] of [
      ['squares', kernel.squares[row], expected.squares], ['sum', kernel.sums[row], expected.magnitudes],
    ] as const) {
      if (!(Math.abs((found ?? NaN) - expected[name]) <= roundingTolerance * scale)) faults.push(`channel ${row}: ${name} is ${found}, not ${expected[name]}`)
    }
    return faults
  })
}

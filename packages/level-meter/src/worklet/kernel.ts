import { kWeighting } from '../k-weighting.js'
import { truePeakTaps } from '../true-peak-filter.js'
import type { Backend } from '../worklet-messages.js'

/** Samples before each row of the stage. They belong to the kernel. */
export const rowMargin = 16
/** The sizes of assembly/memory.ts. */
export const stageSamples = 65536
export const maxRows = 1024
export const maxChannels = 4096
/** What is wanted of a row, beside its level: added to its channel in `rowChannels`. */
export const energyFlag = 0x4000
export const truePeakFlag = 0x8000

/**
 * Measures blocks of samples. Write the channels of a block into `stage`, row r at `r * stride + rowMargin`, and the number
 * that `openChannel` gave for it into `rowChannels[r]`, plus flags. Results gather per channel until `clearLevels`.
 */
export interface Kernel extends ChannelState {
  readonly backend: Backend
  /** Where the blocks go; `rows * stride` must fit. */
  readonly stage: Float32Array
  /** At most 1024 rows in one call. */
  readonly rowChannels: Uint16Array
  /**
   * Measures the first `frames` of each row, and puts 0 in the place of NaN and infinite samples.
   * `stride`: a multiple of 4, at least `rowMargin + frames`; a row's rest may be overwritten.
   */
  measure(rows: number, stride: number, frames: number): void
  /** K-weights frames [from, to) of the measured rows that have the flag. */
  weigh(rows: number, stride: number, from: number, to: number): void
  /** A channel without a past. Throws a RangeError when 4096 are open. */
  openChannel(): number
  closeChannel(channel: number): void
  /** Forgets the levels of a channel, not its energy and what its filters carry. */
  clearLevels(channel: number): void
}

/** What a kernel keeps of each channel, as the plain arrays that both kernels have. Some in parts, to be joined by the reader. */
export interface ChannelState {
  /** Largest |x| of the finite samples; four parts a channel. */
  readonly peaks: Float32Array
  /** Sum of the finite samples, in two parts. */
  readonly sums: Float64Array
  /** Sum of the squares of the finite samples, in two parts. */
  readonly squares: Float64Array
  /** Finite samples with |x| >= 1. */
  readonly clipped: Uint32Array
  /** NaN and infinite samples. */
  readonly invalid: Uint32Array
  /** Largest |x| at 4 times the rate, linear, at least the peak; interpolated peaks come 6 samples late. */
  readonly truePeaks: Float32Array
  /** Sum of the squares of the K-weighted samples. The caller takes it and sets 0. */
  readonly energies: Float64Array
  /** Six numbers a channel. */
  readonly filters: Float64Array
  /** `rowMargin` samples a channel. */
  readonly histories: Float32Array
}

/** The largest sample of a channel. */
export function peakOf({ peaks }: Kernel, channel: number): number {
  const at = 4 * channel
  return Math.max(peaks[at] as number, peaks[at + 1] as number, peaks[at + 2] as number, peaks[at + 3] as number) // of four parts
}

/** Gives out the channels of a kernel, the lowest free one first opened. */
export function channelLedger(state: ChannelState): Pick<Kernel, 'openChannel' | 'closeChannel' | 'clearLevels'> {
  const { peaks, sums, squares, clipped, invalid, truePeaks, energies, filters, histories } = state
  const levels = [peaks, sums, squares, clipped, invalid, truePeaks]
  const carried = [energies, filters, histories]
  const free: number[] = []
  let opened = 0
  const clear = (arrays: typeof levels | typeof carried, channel: number): void => {
    for (let i = 0; i < arrays.length; i++) {
      const array = arrays[i] as Float64Array // i < length; all have fill()
      const size = array.length / maxChannels
      array.fill(0, channel * size, (channel + 1) * size)
    }
  }
  return {
    openChannel() {
      const channel = free.pop() ?? opened
      if (channel >= maxChannels) throw new RangeError(`more than ${maxChannels} channels at once`)
      if (channel === opened) opened++
      return channel
    },
    closeChannel(channel) {
      clear(levels, channel)
      clear(carried, channel)
      free.push(channel)
    },
    clearLevels(channel) { clear(levels, channel) },
  }
}

type KernelArrays = ChannelState & Pick<Kernel, 'stage' | 'rowChannels'> & { readonly coefficients: Float64Array; readonly taps: Float32Array }

/** The memory of a kernel, 1 MiB, of which a page is only taken when something is written to it. */
export const memoryBytes: number = 2 ** 20

/** The arrays of assembly/memory.ts, in its order. */
export function makeArrays(buffer: ArrayBuffer, start: number): KernelArrays {
  let at = start
  const view = <T extends ArrayBufferView>(type: new (buffer: ArrayBuffer, at: number, length: number) => T, length: number): T => {
    const array = new type(buffer, at, length)
    at += array.byteLength
    return array
  }
  return {
    stage: view(Float32Array, stageSamples),
    rowChannels: view(Uint16Array, maxRows),
    peaks: view(Float32Array, 4 * maxChannels),
    sums: view(Float64Array, 2 * maxChannels),
    squares: view(Float64Array, 2 * maxChannels),
    clipped: view(Uint32Array, maxChannels),
    invalid: view(Uint32Array, maxChannels),
    filters: view(Float64Array, 6 * maxChannels),
    energies: view(Float64Array, maxChannels),
    histories: view(Float32Array, rowMargin * maxChannels),
    truePeaks: view(Float32Array, maxChannels),
    coefficients: view(Float64Array, 12),
    taps: view(Float32Array, 24),
  }
}

/** As `coefficients` in assembly/memory.ts. */
export function weightingCoefficients(sampleRate: number): number[] {
  const { shelf, highPass, energyGain } = kWeighting(sampleRate)
  const { b1, b2, a1, a2 } = shelf
  const { a1: c1, a2: c2 } = highPass
  return [b1, b2, a1, a2, c1, c2, energyGain, a1 + a2, a1 * a1 - a2 + a1 * a2, a1 * a2, c1 * c1 - c2, c1 * c2]
}

/**
 * Instantiates the kernels of `assembly/` for a sample rate in Hz. Throws what WebAssembly throws, e.g. CompileError under a CSP.
 * @param filterTaps of the true-peak filter, with its limits
 */
export function createWasmKernel(
  wasm: WebAssembly.Module | Uint8Array<ArrayBuffer>, sampleRate: number, backend: Backend = 'wasm-simd', filterTaps: readonly number[] = truePeakTaps(),
): Kernel {
  const compiled = wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm)
  // The names and types are those exported by assembly/index.ts, which is built together with this file.
  const { memory: { buffer }, stage, measure, weigh } = new WebAssembly.Instance(compiled).exports as unknown as KernelExports
  // The memory never grows, so the views stay attached.
  const { coefficients, taps, ...arrays } = makeArrays(buffer, stage.value)
  coefficients.set(weightingCoefficients(sampleRate))
  taps.set(filterTaps)
  return { backend, measure, weigh, ...arrays, ...channelLedger(arrays) }
}

type KernelExports = Pick<Kernel, 'measure' | 'weigh'> & {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly stage: { readonly value: number }
}

import { kWeighting } from '../k-weighting.js'
import { truePeakTaps } from '../true-peak-filter.js'
import type { Backend } from '../worklet-messages.js'

/** Samples before each row of the stage. They belong to the kernel. */
export const rowMargin = 16
/** The sizes of assembly/memory.ts. */
export const stageSamples = 65536
export const maxRows = 1024
export const maxChannels = 4096

/**
 * Measures blocks of samples. Write the channels of a block into `stage`, row r at `r * stride + rowMargin`; `measure` gives
 * one result per row and remembers nothing. `weigh` and `oversample` need to know what came before: they keep it per
 * channel, a number from `openChannel`, and take the rows and channels of one call from the lists `weighted` and `oversampled`.
 */
export interface Kernel {
  readonly backend: Backend
  /** Where the blocks go; `rows * stride` must fit. */
  readonly stage: Float32Array
  /** Most rows in one call. */
  readonly maxRows: number

  /** Largest |x| of the finite samples, per row. */
  readonly peaks: Float32Array
  /** Finite samples with |x| >= 1, per row. */
  readonly clipped: Uint32Array
  /** NaN and infinite samples, per row. */
  readonly invalid: Uint32Array
  /** Sum of the finite samples, per row. */
  readonly sums: Float64Array
  /** Sum of the squares of the finite samples, per row. */
  readonly squares: Float64Array
  /**
   * Measures the first `frames` of each row, and puts 0 in the place of NaN and infinite samples.
   * `stride`: a multiple of 4, at least `rowMargin + frames`; a row's rest may be overwritten.
   */
  measure(rows: number, stride: number, frames: number): void

  /** Entry i is row `weighted[2 * i]` and channel `weighted[2 * i + 1]`, for `weigh`. */
  readonly weighted: Uint16Array
  /** Sum of the squares of the K-weighted samples, per channel. The caller takes it and sets 0. */
  readonly energies: Float64Array
  /** K-weights frames [from, to) of the first `count` entries of `weighted`; puts 0 in the place of NaN and infinite samples. */
  weigh(count: number, stride: number, from: number, to: number): void

  /** The same for `oversample`. */
  readonly oversampled: Uint16Array
  /** Largest |x|, per channel. The caller takes it and sets 0. */
  readonly samplePeaks: Float32Array
  /** Largest |x| at 4 times the rate, linear, per channel; at least `samplePeaks`. The caller takes it and sets 0. */
  readonly truePeaks: Float32Array
  /** Finds the peaks of the first `count` entries of `oversampled`, whose samples are finite. Interpolated peaks come 6 samples late. */
  oversample(count: number, stride: number, frames: number): void

  /** A channel without a past. Throws a RangeError when 4096 are open. */
  openChannel(): number
  closeChannel(channel: number): void
}

/** What a kernel keeps of each channel, as the plain arrays that both kernels have. */
export interface ChannelState {
  /** Six numbers a channel. */
  readonly filters: Float64Array
  /** `rowMargin` samples a channel. */
  readonly histories: Float32Array
  readonly energies: Float64Array
  readonly samplePeaks: Float32Array
  readonly truePeaks: Float32Array
}

/** Gives out the channels of a kernel, the lowest free one first opened. */
export function channelLedger({ filters, histories, energies, samplePeaks, truePeaks }: ChannelState): Pick<Kernel, 'openChannel' | 'closeChannel'> {
  const most = energies.length
  const free: number[] = []
  let opened = 0
  return {
    openChannel() {
      const channel = free.pop() ?? opened
      if (channel >= most) throw new RangeError(`more than ${most} channels with loudness or true peak at once`)
      if (channel === opened) opened++
      return channel
    },
    closeChannel(channel) {
      filters.fill(0, channel * 6, channel * 6 + 6)
      histories.fill(0, channel * rowMargin, (channel + 1) * rowMargin)
      energies[channel] = 0
      samplePeaks[channel] = 0
      truePeaks[channel] = 0
      free.push(channel)
    },
  }
}

/** b1 b2 a1 a2 of the shelf, a1 a2 of the high-pass, the energy's gain. */
export function weightingCoefficients(sampleRate: number): number[] {
  const { shelf, highPass, energyGain } = kWeighting(sampleRate)
  return [shelf.b1, shelf.b2, shelf.a1, shelf.a2, highPass.a1, highPass.a2, energyGain]
}

/**
 * Instantiates the kernels of `assembly/` for a sample rate in Hz. Throws what WebAssembly throws, e.g. CompileError under a CSP.
 * @param taps of the true-peak filter, with its limits
 */
export function createWasmKernel(
  wasm: WebAssembly.Module | Uint8Array<ArrayBuffer>, sampleRate: number, backend: Backend = 'wasm-simd', taps: readonly number[] = truePeakTaps(),
): Kernel {
  const compiled = wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm)
  // The names and types are those exported by assembly/index.ts, which is built together with this file.
  const { memory: { buffer }, stage, measure, weigh, oversample } = new WebAssembly.Instance(compiled).exports as unknown as KernelExports
  let at = stage.value
  /** The next array of assembly/memory.ts, in its order. The memory never grows, so the views stay attached. */
  const view = <T extends ArrayBufferView>(type: new (buffer: ArrayBuffer, at: number, length: number) => T, length: number): T => {
    const array = new type(buffer, at, length)
    at += array.byteLength
    return array
  }
  const rowArrays = {
    stage: view(Float32Array, stageSamples),
    peaks: view(Float32Array, maxRows),
    clipped: view(Uint32Array, maxRows),
    invalid: view(Uint32Array, maxRows),
    sums: view(Float64Array, maxRows),
    squares: view(Float64Array, maxRows),
    weighted: view(Uint16Array, 2 * maxRows),
    oversampled: view(Uint16Array, 2 * maxRows),
  }
  const state = {
    filters: view(Float64Array, 6 * maxChannels),
    energies: view(Float64Array, maxChannels),
    histories: view(Float32Array, rowMargin * maxChannels),
    samplePeaks: view(Float32Array, maxChannels),
    truePeaks: view(Float32Array, maxChannels),
  }
  view(Float64Array, 8).set(weightingCoefficients(sampleRate))
  view(Float32Array, 24).set(taps)
  return { backend, maxRows, measure, weigh, oversample, ...rowArrays, ...state, ...channelLedger(state) }
}

type KernelExports = Pick<Kernel, 'measure' | 'weigh' | 'oversample'> & {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly stage: { readonly value: number }
}

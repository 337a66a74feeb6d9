// All that crosses between the window and the audio thread. Imported by both sides; nothing else is shared.
import { version } from './generated/version.js'

/** The version is in the name so that two copies of the package can share a context. */
export const processorName: string = `earshot-level-meter-${version}`
/** See `requestInput`. */
export const offlineProcessorName: string = `${processorName}-offline`

/** Inputs of one node. An input nobody uses costs Chromium about as little as a comparison. */
export const inputsPerNode = 32

/**
 * PCM buffers of one whole interval in the pool for each source that wants PCM: enough for a main thread that is half a
 * second late before the audio thread has to allocate.
 */
export function sparesPerSource(intervalSeconds: number): number {
  return 1 + Math.ceil(0.5 / intervalSeconds)
}

/** What computes the readings: both wasm builds come from the same sources; the relaxed one fuses multiplications and additions. */
export type Backend = 'wasm-relaxed-simd' | 'wasm-simd' | 'javascript'

/** Constructor argument of the processor. */
export interface ProcessorOptions {
  /** Frames per reading. */
  readonly intervalFrames: number
  /**
   * A compiled kernel; 'carried' where a Module cannot be cloned (Safari), which makes the processor compile the bytes in
   * its own file; 'none' for the JavaScript kernel.
   */
  readonly kernel: WebAssembly.Module | 'carried' | 'none'
  /** What `kernel` is called when it is a Module. */
  readonly backend: Backend
}

/** What is to be measured of a source, beside its level. */
export interface SourceRequest {
  readonly id: number
  readonly pcm: boolean
  /** K-weighted energies of every 10 ms, for loudness and speech. */
  readonly energies: boolean
  readonly truePeak: boolean
}

/** Window to audio thread. */
export type ToProcessor =
  /** Measure `input` from the next quantum on. `spares` are PCM buffers of one whole interval, for the pool. */
  | { readonly type: 'start'; readonly input: number; readonly source: SourceRequest; readonly spares: Float32Array[] }
  | { readonly type: 'stop'; readonly input: number }
  /** Answers every `cut`: the window is alive, has taken all up to `frame`, returns the table, and gives a buffer for each one it got. */
  | { readonly type: 'taken'; readonly frame: number; readonly table: Float64Array; readonly spares: Float32Array[] }
  /** Asks for a `flushed` with the same token. */
  | { readonly type: 'flush'; readonly token: number }
  /** The last message: `process` returns false from now on. */
  | { readonly type: 'close' }

/** Audio thread to window. */
export type FromProcessor =
  /** Once, from the constructor. */
  | { readonly type: 'ready'; readonly backend: Backend }
  /**
   * All readings of one node at one cut of the audio clock: `count` records of `table`, and the PCM of those that have some
   * (reading-table.ts), everything transferred. `frame` is the first one after the cut.
   */
  | { readonly type: 'cut'; readonly frame: number; readonly count: number; readonly table: Float64Array; readonly pcm: Float32Array[] }
  /** Every reading made before the `flush` arrived was posted before this. */
  | { readonly type: 'flushed'; readonly token: number }
  /** Once: `process` threw, and is not called again. */
  | { readonly type: 'failed'; readonly message: string }

/**
 * Offline contexts render without letting messages through, and a `start` posted before `startRendering()` came too late in
 * 10 of 60 runs of Chromium 156. Sound is read by the rendering itself, so offline one more input carries what 'start' and
 * 'stop' say, as two samples: `encodeOfflineRequest`, then the source's id, 0 for 'stop'; all others are 0. An input that
 * fell silent costs about as little as a comparison, an AudioParam would cost something in every quantum.
 */
export const requestInput: number = inputsPerNode

/** A negative number; ids are not. `source` undefined: stop. */
export function encodeOfflineRequest(input: number, source: SourceRequest | undefined): number {
  return -1 - 8 * input - (source?.pcm ? 1 : 0) - (source?.energies ? 2 : 0) - (source?.truePeak ? 4 : 0)
}

/** The inverse of `encodeOfflineRequest`, with the id that came after it. */
export function decodeOfflineRequest(value: number, id: number): { readonly input: number; readonly source: SourceRequest | undefined } {
  const bits = -1 - value
  const source = id === 0 ? undefined : { id, pcm: (bits & 1) !== 0, energies: (bits & 2) !== 0, truePeak: (bits & 4) !== 0 }
  return { input: bits >> 3, source }
}

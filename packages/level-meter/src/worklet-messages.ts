// All that crosses between the window and the audio thread. Imported by both sides; nothing else is shared.
import { version } from './generated/version.js'
import type { LevelReading } from './level-reading.js'

/** The version is in the name so that two copies of the package can share a context. */
export const processorName: string = `earshot-level-meter-${version}`
/** See `offlineParameter`. */
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

/** What runs in the worklet. */
export type KernelBackend = 'wasm-simd' | 'javascript'

/** Constructor argument of the processor. */
export interface ProcessorOptions {
  /** Frames per reading. */
  readonly intervalFrames: number
  /**
   * A compiled kernel; 'carried' where a Module cannot be cloned (Safari), which makes the processor compile the bytes in
   * its own file; 'none' for the JavaScript kernel.
   */
  readonly kernel: WebAssembly.Module | 'carried' | 'none'
}

/** Window to audio thread. */
export type ToProcessor =
  /** Measure `input` from the next quantum on, as source `id`. `spares` are PCM buffers of one whole interval, for the pool. */
  | { readonly type: 'start'; readonly input: number; readonly id: number; readonly pcm: boolean; readonly spares: Float32Array[] }
  | { readonly type: 'stop'; readonly input: number }
  /** Answers every `cut`: the window is alive, has taken all up to `frame`, and gives a buffer for each one it got. */
  | { readonly type: 'taken'; readonly frame: number; readonly spares: Float32Array[] }
  /** Asks for a `flushed` with the same token. */
  | { readonly type: 'flush'; readonly token: number }
  /** The last message: `process` returns false from now on. */
  | { readonly type: 'close' }

/** One source's part of a cut. */
export interface SourceReading {
  readonly id: number
  /** False when the input was unconnected, or its source ended, for the whole interval. */
  readonly hasData: boolean
  readonly reading: LevelReading
}

/** Audio thread to window. */
export type FromProcessor =
  /** Once, from the constructor. */
  | { readonly type: 'ready'; readonly backend: KernelBackend }
  /** All readings of one node at one cut of the audio clock, the PCM transferred. `frame` is the first one after the cut. */
  | { readonly type: 'cut'; readonly frame: number; readonly readings: readonly SourceReading[] }
  /** Every reading made before the `flush` arrived was posted before this. */
  | { readonly type: 'flushed'; readonly token: number }
  /** Once: `process` threw, and is not called again. */
  | { readonly type: 'failed'; readonly message: string }

/**
 * Offline contexts render without letting messages through, and a `start` posted before `startRendering()` came too late in
 * 10 of 60 runs of Chromium 156. An AudioParam is read by the rendering itself, so offline the state of input n is the
 * value of the parameter named here: 0 for unused, else 2 * id + (pcm ? 1 : 0), exact in a float for 8 million sources.
 */
export function offlineParameter(input: number): string {
  return `input${input}`
}

/** The value of `offlineParameter` for a source. */
export function encodeOfflineSource(source: { readonly id: number; readonly pcm: boolean }): number {
  return 2 * source.id + (source.pcm ? 1 : 0)
}

/** The inverse of `encodeOfflineSource`; undefined for an unused input. */
export function decodeOfflineSource(value: number): { readonly id: number; readonly pcm: boolean } | undefined {
  return value === 0 ? undefined : { id: Math.floor(value / 2), pcm: value % 2 === 1 }
}

import type { KernelBackend } from '../worklet-messages.js'

/**
 * Measures blocks of samples. Stateless: what a block contributes, nothing about blocks before. Write the channels of a
 * quantum into `stage`, row r at `r * stride`; call `measure` once; read one result per row.
 */
export interface Kernel {
  readonly backend: KernelBackend
  /** Where the blocks go; `rows * stride` must fit. */
  readonly stage: Float32Array
  /** Most rows in one call. */
  readonly maxRows: number
  /** Largest |x| of the finite samples. */
  readonly peaks: Float32Array
  /** Finite samples with |x| >= 1. */
  readonly clipped: Uint32Array
  /** NaN and infinite samples. */
  readonly invalid: Uint32Array
  /** Sum of the finite samples. */
  readonly sums: Float64Array
  /** Sum of the squares of the finite samples. */
  readonly squares: Float64Array
  /** Measures the first `frames` of each row. `stride`: a multiple of 4, at least `frames`; a row's rest may be overwritten. */
  measure(rows: number, stride: number, frames: number): void
}

/** Instantiates the kernel of `assembly/level.ts`. Throws what WebAssembly throws, e.g. CompileError under a CSP. */
export function createWasmKernel(wasm: WebAssembly.Module | Uint8Array<ArrayBuffer>): Kernel {
  const compiled = wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm)
  // The names and types are those exported by assembly/level.ts, which is built together with this file.
  const exported = new WebAssembly.Instance(compiled).exports as unknown as KernelExports
  const { buffer } = exported.memory // never grows, so the views stay attached
  const maxRows = exported.maxRows.value
  return {
    backend: 'wasm-simd',
    stage: new Float32Array(buffer, exported.stage.value, exported.stageSamples.value),
    maxRows,
    peaks: new Float32Array(buffer, exported.peaks.value, maxRows),
    clipped: new Uint32Array(buffer, exported.clipped.value, maxRows),
    invalid: new Uint32Array(buffer, exported.invalid.value, maxRows),
    sums: new Float64Array(buffer, exported.sums.value, maxRows),
    squares: new Float64Array(buffer, exported.squares.value, maxRows),
    measure: exported.measure,
  }
}

interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly stage: Constant
  readonly stageSamples: Constant
  readonly maxRows: Constant
  readonly peaks: Constant
  readonly clipped: Constant
  readonly invalid: Constant
  readonly sums: Constant
  readonly squares: Constant
  readonly measure: (rows: number, stride: number, frames: number) => void
}

interface Constant {
  readonly value: number
}

import type { Kernel } from './kernel.js'

const stageSamples = 65536
const maxRows = 1024

/**
 * The kernel of `assembly/level.ts` in plain JavaScript, for browsers without SIMD and pages whose CSP forbids wasm.
 * Equal results: peak, clipped and invalid bit for bit. The sums are plain f64 here; the wasm kernel adds eight samples in
 * f32 first, which changes the RMS by at most 1.2e-7 of itself.
 */
export function createJavaScriptKernel(): Kernel {
  const stage = new Float32Array(stageSamples)
  const peaks = new Float32Array(maxRows)
  const clipped = new Uint32Array(maxRows)
  const invalid = new Uint32Array(maxRows)
  const sums = new Float64Array(maxRows)
  const squares = new Float64Array(maxRows)

  function measure(rows: number, stride: number, frames: number): void {
    for (let row = 0; row < rows; row++) {
      const start = row * stride
      let peak = 0
      let clippedCount = 0
      let invalidCount = 0
      let sum = 0
      let square = 0
      for (let i = start; i < start + frames; i++) {
        const x = stage[i] as number // i < stageSamples: the caller keeps rows * stride within the stage
        const magnitude = Math.abs(x)
        if (!(magnitude < Infinity)) {
          invalidCount++
          continue
        }
        if (magnitude > peak) peak = magnitude
        if (magnitude >= 1) clippedCount++
        sum += x
        square += x * x
      }
      peaks[row] = peak
      clipped[row] = clippedCount
      invalid[row] = invalidCount
      sums[row] = sum
      squares[row] = square
    }
  }

  return { backend: 'javascript', stage, maxRows, peaks, clipped, invalid, sums, squares, measure }
}

import { truePeakPhase } from '../true-peak-filter.js'
import { channelLedger, maxChannels, maxRows, rowMargin, stageSamples, weightingCoefficients, type Kernel } from './kernel.js'

/**
 * The kernels of `assembly/` in plain JavaScript, for browsers without SIMD and pages whose CSP forbids wasm.
 * Equal results: peak, clipped and invalid bit for bit; RMS to 2.4e-7 of itself, because the wasm kernel adds up to 128
 * samples in f32 first; loudness to rounding in f64; true peak to 1e-5 dB, because the wasm kernel filters in f32.
 * @param sampleRate Hz
 */
export function createJavaScriptKernel(sampleRate: number): Kernel {
  const rowArrays = {
    stage: new Float32Array(stageSamples),
    peaks: new Float32Array(maxRows),
    clipped: new Uint32Array(maxRows),
    invalid: new Uint32Array(maxRows),
    sums: new Float64Array(maxRows),
    squares: new Float64Array(maxRows),
    weighted: new Uint16Array(2 * maxRows),
    oversampled: new Uint16Array(2 * maxRows),
  }
  const { stage, peaks, clipped, invalid, sums, squares, weighted, oversampled } = rowArrays
  const state = {
    filters: new Float64Array(6 * maxChannels),
    histories: new Float32Array(rowMargin * maxChannels),
    energies: new Float64Array(maxChannels),
    samplePeaks: new Float32Array(maxChannels),
    truePeaks: new Float32Array(maxChannels),
  }

  function measure(rows: number, stride: number, frames: number): void {
    for (let row = 0; row < rows; row++) {
      const start = row * stride + rowMargin
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
          stage[i] = 0
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

  const [b1, b2, a1, a2, c1, c2, gain] = weightingCoefficients(sampleRate) as [number, number, number, number, number, number, number]

  function weigh(count: number, stride: number, from: number, to: number): void {
    for (let entry = 0; entry < count; entry++) {
      const start = (weighted[2 * entry] as number) * stride + rowMargin
      weighRow(start + from, start + to, weighted[2 * entry + 1] as number)
    }
  }

  function weighRow(start: number, end: number, channel: number): void {
    const { filters } = state
    const at = 6 * channel // of six numbers, all within the array
    let x1 = filters[at] as number
    let x2 = filters[at + 1] as number
    let y1 = filters[at + 2] as number
    let y2 = filters[at + 3] as number
    let w1 = filters[at + 4] as number
    let w2 = filters[at + 5] as number
    let energy = 0
    for (let i = start; i < end; i++) {
      const staged = stage[i] as number
      const x = Math.abs(staged) < Infinity ? staged : 0
      stage[i] = x
      const y = x + b1 * x1 + b2 * x2 - a2 * y2 - a1 * y1
      const w = (y - y1) - (y1 - y2) - c2 * w2 - c1 * w1
      energy += w * w
      x2 = x1
      x1 = x
      y2 = y1
      y1 = y
      w2 = w1
      w1 = w
    }
    filters[at] = flushed(x1)
    filters[at + 1] = flushed(x2)
    filters[at + 2] = flushed(y1)
    filters[at + 3] = flushed(y2)
    filters[at + 4] = flushed(w1)
    filters[at + 5] = flushed(w2)
    state.energies[channel] = (state.energies[channel] as number) + energy * gain
  }

  const phases = ([1, 2, 3] as const).map((phase) => Float64Array.from(truePeakPhase(phase)))

  function oversample(count: number, stride: number, frames: number): void {
    for (let entry = 0; entry < count; entry++) {
      const start = (oversampled[2 * entry] as number) * stride + rowMargin
      const channel = oversampled[2 * entry + 1] as number
      const history = channel * rowMargin
      // One by one: views would be garbage on the audio thread.
      for (let i = 0; i < rowMargin; i++) stage[start - rowMargin + i] = state.histories[history + i] as number
      oversampleRow(start, start + frames, channel)
      for (let i = 0; i < rowMargin; i++) state.histories[history + i] = stage[start + frames - rowMargin + i] as number
    }
  }

  function oversampleRow(start: number, end: number, channel: number): void {
    let samplePeak = state.samplePeaks[channel] as number
    let truePeak = state.truePeaks[channel] as number
    for (let i = start; i < end; i++) {
      samplePeak = Math.max(samplePeak, Math.abs(stage[i] as number))
      for (let phase = 0; phase < 3; phase++) {
        const taps = phases[phase] as Float64Array
        let output = 0
        for (let k = 0; k < 12; k++) output += (taps[k] as number) * (stage[i - k] as number)
        truePeak = Math.max(truePeak, Math.abs(output))
      }
    }
    state.samplePeaks[channel] = samplePeak
    state.truePeaks[channel] = Math.max(truePeak, samplePeak)
  }

  return { backend: 'javascript', maxRows, measure, weigh, oversample, ...rowArrays, ...state, ...channelLedger(state) }
}

/** As in assembly/k-weighting.ts: what rings out must not become denormal. */
function flushed(x: number): number {
  return Math.abs(x) >= 1e-150 ? x : 0
}

import { truePeakPhase } from '../true-peak-filter.js'
import { channelLedger, energyFlag, makeArrays, maxChannels, memoryBytes, rowMargin, truePeakFlag, weightingCoefficients, type Kernel } from './kernel.js'

/**
 * The kernels of `assembly/` in plain JavaScript, for browsers without SIMD and pages whose CSP forbids wasm.
 * Equal results: peak, clipped and invalid bit for bit; RMS to 2.4e-7 of itself, because the wasm kernel adds up to 128
 * samples in f32 first; loudness to rounding in f64; true peak to 1e-5 dB, because the wasm kernel filters in f32.
 * @param sampleRate Hz
 */
export function createJavaScriptKernel(sampleRate: number): Kernel {
  const arrays = makeArrays(new ArrayBuffer(memoryBytes), 0)
  const { stage, rowChannels, peaks, clipped, invalid, sums, squares, truePeaks, filters, histories, energies } = arrays

  function measure(rows: number, stride: number, frames: number): void {
    for (let row = 0; row < rows; row++) {
      const start = row * stride + rowMargin
      const tag = rowChannels[row] as number // row < maxRows
      const channel = tag % maxChannels
      measureRow(start, start + frames, channel)
      if (tag & truePeakFlag) oversample(start, start + frames, channel)
    }
  }

  // Of a channel's parts the first is used. No index is beyond its array: the caller keeps rows * stride within the stage.
  function measureRow(start: number, end: number, channel: number): void {
    let peak = peaks[4 * channel] as number
    let sum = 0
    let square = 0
    for (let i = start; i < end; i++) {
      const x = stage[i] as number
      const magnitude = Math.abs(x)
      if (!(magnitude < Infinity)) {
        invalid[channel]!++
        stage[i] = 0
        continue
      }
      if (magnitude > peak) peak = magnitude
      if (magnitude >= 1) clipped[channel]!++
      sum += x
      square += x * x
    }
    peaks[4 * channel] = peak
    sums[2 * channel]! += sum
    squares[2 * channel]! += square
  }

  const [b1, b2, a1, a2, c1, c2, gain] = weightingCoefficients(sampleRate) as [number, number, number, number, number, number, number]

  function weigh(rows: number, stride: number, from: number, to: number): void {
    for (let row = 0; row < rows; row++) {
      const tag = rowChannels[row] as number
      const start = row * stride + rowMargin
      if (tag & energyFlag) weighRow(start + from, start + to, tag % maxChannels)
    }
  }

  function weighRow(start: number, end: number, channel: number): void {
    const at = 6 * channel // of six numbers
    let x1 = filters[at] as number
    let x2 = filters[at + 1] as number
    let y1 = filters[at + 2] as number
    let y2 = filters[at + 3] as number
    let w1 = filters[at + 4] as number
    let w2 = filters[at + 5] as number
    let energy = 0
    for (let i = start; i < end; i++) {
      const x = stage[i] as number
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
    energies[channel]! += energy * gain
  }

  const phases = ([1, 2, 3] as const).map((phase) => Float64Array.from(truePeakPhase(phase)))

  function oversample(start: number, end: number, channel: number): void {
    const history = channel * rowMargin
    // One by one: views would be garbage on the audio thread.
    for (let i = 0; i < rowMargin; i++) stage[start - rowMargin + i] = histories[history + i] as number
    let truePeak = Math.max(truePeaks[channel] as number, peaks[4 * channel] as number)
    for (let i = start; i < end; i++) {
      for (let phase = 0; phase < 3; phase++) {
        const taps = phases[phase] as Float64Array
        let output = 0
        for (let k = 0; k < 12; k++) output += (taps[k] as number) * (stage[i - k] as number)
        truePeak = Math.max(truePeak, Math.abs(output))
      }
    }
    truePeaks[channel] = truePeak
    for (let i = 0; i < rowMargin; i++) histories[history + i] = stage[end - rowMargin + i] as number
  }

  return { backend: 'javascript', measure, weigh, ...arrays, ...channelLedger(arrays) }
}

/** As in assembly/k-weighting.ts: what rings out must not become denormal. */
function flushed(x: number): number {
  return Math.abs(x) >= 1e-150 ? x : 0
}

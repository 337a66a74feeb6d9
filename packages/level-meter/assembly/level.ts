// The level kernel: adds what a block of a channel contributes to its reading.
import { CHANNEL, MARGIN, WANTS_TRUE_PEAK, clipped, invalid, peaks, rowChannels, squares, stage, sums } from './memory'
import { upperHalf } from './lanes'
import { oversample } from './true-peak'

/**
 * Below this peak (-240 dBFS) f32 squares of audible parts of a row could underflow: 2^-40 squared leaves 46 bits above the
 * smallest normal f32, so what does underflow is at most 2^-30 of the sum of the longest row.
 */
const QUIETEST: f32 = 9.094947017729282e-13

/** Measures `frames` samples of each row. `stride`: a multiple of 4 with room for margin and frames; a row's rest is zeroed. */
export function measure(rows: i32, stride: i32, frames: i32): void {
  const bytes: usize = <usize>frames << 2
  const padded: usize = (bytes + 12) & ~15
  for (let row: i32 = 0; row < rows; row++) {
    const tag: i32 = load<u16>(rowChannels + (<usize>row << 1))
    const channel: usize = tag & CHANNEL
    const start: usize = stage + (<usize>(row * stride + MARGIN) << 2)
    // Zeros change no result, so padding replaces a scalar tail.
    for (let p = start + bytes; p < start + padded; p += 4) store<f32>(p, 0)
    const peak = measureRow(channel, start, start + padded)
    if (tag & WANTS_TRUE_PEAK) oversample(channel, start, frames, peak)
  }
}

// The common case: every sample is finite, below full scale, and the loudest is not absurdly quiet. Any NaN, infinity, or
// sample whose square overflows f32 makes the sum of squares NaN or infinite, which sends the row to measureChecked.
//
// Squares and sums of up to 128 samples are added in f32, eight vectors as a tree of depth 3 and four of those in a row, then in
// f64: at most 8 roundings of 2^-24 in a square and its sums, so RMS is within 2.4e-7 of the f64 result (1e-6 is promised);
// converting each sample to f64 takes twice as long.
/** Returns the row's peak, its lanes apart. */
// @ts-ignore: decorator
@inline
function measureRow(channel: usize, start: usize, end: usize): v128 {
  let peak = f32x4.splat(0)
  let sum = f64x2.splat(0)
  let square = f64x2.splat(0)
  let p = start
  while (p + 128 <= end) {
    let sum32 = f32x4.splat(0)
    let square32 = f32x4.splat(0)
    for (const stop = min(p + 512, p + ((end - p) & ~127)); p < stop; p += 128) {
      const a = v128.load(p)
      const b = v128.load(p, 16)
      const c = v128.load(p, 32)
      const d = v128.load(p, 48)
      const e = v128.load(p, 64)
      const f = v128.load(p, 80)
      const g = v128.load(p, 96)
      const h = v128.load(p, 112)
      // Not max: it costs 2.4 times as much (NaN and -0 rules). A tree, because a chain of eight waits for each link; what
      // it makes of a NaN does not matter here, as the row is measured again.
      peak = f32x4.pmax(peak, f32x4.pmax(
        f32x4.pmax(f32x4.pmax(f32x4.abs(a), f32x4.abs(b)), f32x4.pmax(f32x4.abs(c), f32x4.abs(d))),
        f32x4.pmax(f32x4.pmax(f32x4.abs(e), f32x4.abs(f)), f32x4.pmax(f32x4.abs(g), f32x4.abs(h)))))
      sum32 = f32x4.add(sum32, f32x4.add(
        f32x4.add(f32x4.add(a, b), f32x4.add(c, d)),
        f32x4.add(f32x4.add(e, f), f32x4.add(g, h))))
      square32 = f32x4.add(square32, f32x4.add(
        f32x4.add(f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)), f32x4.add(f32x4.mul(c, c), f32x4.mul(d, d))),
        f32x4.add(f32x4.add(f32x4.mul(e, e), f32x4.mul(f, f)), f32x4.add(f32x4.mul(g, g), f32x4.mul(h, h)))))
    }
    sum = f64x2.add(sum, widen(sum32))
    square = f64x2.add(square, widen(square32))
  }
  for (; p < end; p += 16) {
    const x = v128.load(p)
    peak = f32x4.pmax(peak, f32x4.abs(x))
    sum = f64x2.add(sum, widen(x))
    square = f64x2.add(square, widen(f32x4.mul(x, x)))
  }
  const tooLoud = v128.not(v128.and(f64x2.lt(square, f64x2.splat(Infinity)), f32x4.lt(peak, f32x4.splat(1))))
  if (v128.any_true(tooLoud) || (v128.any_true(peak) && !v128.any_true(f32x4.gt(peak, f32x4.splat(QUIETEST))))) {
    return measureChecked(channel, start, end)
  }
  accumulate(channel, peak, sum, square)
  return peak
}

/** The four lanes as f64, added in pairs. */
// @ts-ignore: decorator
@inline
function widen(x: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(upperHalf(x)))
}

// Any row: counts clipped and invalid samples, puts 0 for what is invalid, and squares in f64, where 1e-25 does not underflow
// and 1e30 does not overflow.
// @ts-ignore: decorator
@inline
function measureChecked(channel: usize, start: usize, end: usize): v128 {
  let peak = f32x4.splat(0)
  let sum = f64x2.splat(0)
  let square = f64x2.splat(0)
  let clippedLanes = i32x4.splat(0)
  let invalidLanes = i32x4.splat(0)
  for (let p = start; p < end; p += 16) {
    const raw = v128.load(p)
    const finite = f32x4.lt(f32x4.abs(raw), f32x4.splat(Infinity)) // false for NaN
    const x = v128.and(raw, finite)
    v128.store(p, x) // for the kernels that come after
    const magnitude = f32x4.abs(x)
    peak = f32x4.pmax(peak, magnitude)
    // A true lane is -1.
    clippedLanes = i32x4.sub(clippedLanes, f32x4.ge(magnitude, f32x4.splat(1)))
    invalidLanes = i32x4.sub(invalidLanes, v128.not(finite))
    const low = f64x2.promote_low_f32x4(x)
    const high = f64x2.promote_low_f32x4(upperHalf(x))
    sum = f64x2.add(f64x2.add(sum, low), high)
    square = f64x2.add(f64x2.add(square, f64x2.mul(low, low)), f64x2.mul(high, high))
  }
  addLanes(clipped + (channel << 2), clippedLanes)
  addLanes(invalid + (channel << 2), invalidLanes)
  accumulate(channel, peak, sum, square)
  return peak
}

// @ts-ignore: decorator
@inline
function accumulate(channel: usize, peak: v128, sum: v128, square: v128): void {
  const at = channel << 4
  v128.store(peaks + at, f32x4.pmax(v128.load(peaks + at), peak))
  v128.store(sums + at, f64x2.add(v128.load(sums + at), sum))
  v128.store(squares + at, f64x2.add(v128.load(squares + at), square))
}

// @ts-ignore: decorator
@inline
function addLanes(at: usize, lanes: v128): void {
  store<u32>(at, load<u32>(at) + i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1) + i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3))
}

// True peak of ITU-R BS.1770-5 Annex 2: the largest magnitude at 4 times the rate, by the interpolator whose taps the caller
// gives (src/true-peak-filter.ts). Three of four phases are computed; the fourth is the samples themselves.
//
// With s[k] = x[n-k] + x[n-11+k] and d[k] = x[n-k] - x[n-11+k], k = 0..5, phases 1 and 3 are mirror images, E ± O with
// E = sum e[k] s[k] and O = sum o[k] d[k], so the larger of them is |E| + |O|; phase 2 is H = sum h[k] s[k].
import { MARGIN, found, histories, taps, truePeaks } from './memory'
import { multiplyAdd32 as multiplyAdd } from './lanes'

const MARGIN_BYTES: usize = <usize>MARGIN << 2
/** Samples whose outputs are judged together. */
const CHUNK: i32 = 32
const CHUNK_BYTES: usize = <usize>CHUNK << 2

/** Raises the true peak of a channel to that of the row at `start`, whose samples are finite. `rowPeak`: theirs, lane by lane. */
export function oversample(channel: usize, start: usize, frames: i32, rowPeak: v128): void {
  const history = histories + channel * MARGIN_BYTES
  const kept = truePeaks + (channel << 2)
  copyMargin(start - MARGIN_BYTES, history)
  const window = f32x4.pmax(marginPeak(start), rowPeak)
  // Exact, in steps of rising cost: the row, a chunk, a vector. No output is larger than the filter's L1 norm times the
  // largest sample.
  let truePeak = v128.load32_splat(kept)
  if (!noneAbove(window, skipLimit(truePeak))) {
    truePeak = f32x4.pmax(truePeak, largestLane(rowPeak))
    const largest = largestLane(window)
    let limit = centreLimit(truePeak, largest)
    let p = start
    for (const end = start + (<usize>(frames & ~(CHUNK - 1)) << 2); p < end; p += CHUNK_BYTES) {
      if (!centresStayBelow(p, limit)) {
        v128.store(found, truePeak)
        raiseFound(p)
        truePeak = v128.load(found)
        limit = centreLimit(truePeak, largest)
      }
    }
    v128.store(found, truePeak)
    interpolate(p, frames & (CHUNK - 1))
    v128.store32_lane(kept, v128.load(found), 0)
  }
  copyMargin(history, start + (<usize>frames << 2) - MARGIN_BYTES)
}

// @ts-ignore: decorator
@inline
function skipLimit(truePeak: v128): v128 {
  return f32x4.mul(truePeak, v128.load32_splat(taps, 72))
}

/** What |centre| must not exceed for all three phases to stay below the true peak; how it follows: src/true-peak-filter.ts. */
// @ts-ignore: decorator
@inline
function centreLimit(truePeak: v128, largest: v128): v128 {
  return f32x4.pmin(
    f32x4.sub(f32x4.mul(truePeak, v128.load32_splat(taps, 76)), f32x4.mul(largest, v128.load32_splat(taps, 80))),
    f32x4.sub(f32x4.mul(truePeak, v128.load32_splat(taps, 84)), f32x4.mul(largest, v128.load32_splat(taps, 88))))
}

/** The products of the four innermost taps of phase 2; q: 7 samples before the first of four. */
// @ts-ignore: decorator
@inline
function centre(q: usize): v128 {
  // Offsets of loads must not be negative: those cost an instruction each.
  return f32x4.abs(f32x4.add(
    f32x4.mul(v128.load32_splat(taps, 64), f32x4.add(v128.load(q, 12), v128.load(q))),
    f32x4.mul(v128.load32_splat(taps, 68), f32x4.add(v128.load(q, 8), v128.load(q, 4)))))
}

// @ts-ignore: decorator
@inline
function centresStayBelow(p: usize, limit: v128): bool {
  let centres = f32x4.splat(0)
  for (let q = p - 28, end = q + CHUNK_BYTES; q < end; q += 32) {
    centres = f32x4.pmax(centres, f32x4.pmax(centre(q), centre(q + 16)))
  }
  return noneAbove(centres, limit)
}

/** Raises `found` to the chunk's true peak. */
function raiseFound(p: usize): void {
  const truePeak = v128.load(found)
  const window = f32x4.pmax(marginPeak(p), f32x4.pmax(marginPeak(p + MARGIN_BYTES), marginPeak(p + 2 * MARGIN_BYTES)))
  if (noneAbove(window, skipLimit(truePeak))) return
  const limit = centreLimit(truePeak, largestLane(window))
  for (const end = p + CHUNK_BYTES; p < end; p += 16) {
    if (!noneAbove(centre(p - 28), limit)) interpolate(p, 4)
  }
}

/** Raises `found` to the largest magnitude of the three phases at `samples` samples from p on. */
function interpolate(p: usize, samples: i32): void {
  let largest = v128.load(found)
  for (; samples > 0; samples -= 4, p += 16) {
    let even = f32x4.splat(0)
    let odd = f32x4.splat(0)
    let half = f32x4.splat(0)
    for (let k: usize = 0; k < 24; k += 4) {
      const a = v128.load(p - k)
      const b = v128.load(p - 44 + k)
      const s = f32x4.add(a, b)
      even = multiplyAdd(v128.load32_splat(taps + k), s, even)
      odd = multiplyAdd(v128.load32_splat(taps + k, 24), f32x4.sub(a, b), odd)
      half = multiplyAdd(v128.load32_splat(taps + k, 48), s, half)
    }
    // What lies behind a row's end is not ours.
    const ours = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(samples))
    largest = f32x4.pmax(largest, v128.and(ours, f32x4.pmax(f32x4.add(f32x4.abs(even), f32x4.abs(odd)), f32x4.abs(half))))
  }
  v128.store(found, largestLane(largest))
}

// @ts-ignore: decorator
@inline
function copyMargin(to: usize, from: usize): void {
  v128.store(to, v128.load(from))
  v128.store(to, v128.load(from, 16), 16)
  v128.store(to, v128.load(from, 32), 32)
  v128.store(to, v128.load(from, 48), 48)
}

/** Lane by lane, the largest magnitudes of the samples that end at p. */
// @ts-ignore: decorator
@inline
function marginPeak(p: usize): v128 {
  const q = p - MARGIN_BYTES
  return f32x4.pmax(
    f32x4.pmax(f32x4.abs(v128.load(q)), f32x4.abs(v128.load(q, 16))),
    f32x4.pmax(f32x4.abs(v128.load(q, 32)), f32x4.abs(v128.load(q, 48))))
}

// @ts-ignore: decorator
@inline
function largestLane(x: v128): v128 {
  const pairs = f32x4.pmax(x, i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
  return f32x4.pmax(pairs, i8x16.shuffle(pairs, pairs, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11))
}

/** False also where a comparison with NaN leaves it open. */
// @ts-ignore: decorator
@inline
function noneAbove(x: v128, limit: v128): bool {
  return i32x4.all_true(f32x4.le(x, limit))
}

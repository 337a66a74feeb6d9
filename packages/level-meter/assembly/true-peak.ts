// True peak of ITU-R BS.1770-5 Annex 2: the largest magnitude at 4 times the rate, by the interpolator whose taps the caller
// gives (src/true-peak-filter.ts). Three of four phases are computed; the fourth is the samples themselves.
//
// With s[k] = x[n-k] + x[n-11+k] and d[k] = x[n-k] - x[n-11+k], k = 0..5, phases 1 and 3 are mirror images, E ± O with
// E = sum e[k] s[k] and O = sum o[k] d[k], so the larger of them is |E| + |O|; phase 2 is H = sum h[k] s[k].
import { MARGIN, found, histories, taps, truePeaks } from './memory'
import { multiplyAdd32 as multiplyAdd } from './lanes'

/** Samples whose outputs are judged and computed together: as many as the margin, which covers the 11 the filter looks back. */
const CHUNK: i32 = MARGIN
const CHUNK_BYTES: usize = <usize>CHUNK << 2
/** Two chunks are skipped together. */
const PAIR: i32 = 2 * CHUNK

/** Raises the true peak of a channel to that of the row at `start`, whose samples are finite. `rowPeak`: theirs, lane by lane. */
export function oversample(channel: usize, start: usize, frames: i32, rowPeak: v128): void {
  const history = histories + channel * CHUNK_BYTES
  const kept = truePeaks + (channel << 2)
  copyChunk(start - CHUNK_BYTES, history)
  let before = chunkPeak(start - CHUNK_BYTES)
  // Exact, in steps of rising cost: the row, a pair of chunks, a chunk. No output is larger than the filter's L1 norm times
  // the largest sample.
  let truePeak = v128.load32_splat(kept)
  if (!noneAbove(f32x4.pmax(before, rowPeak), skipLimit(truePeak))) {
    truePeak = f32x4.pmax(truePeak, largestLane(rowPeak))
    let limit = skipLimit(truePeak)
    let p = start
    for (const end = start + (<usize>(frames & ~(PAIR - 1)) << 2); p < end; p += 2 * CHUNK_BYTES) {
      const first = chunkPeak(p)
      const second = chunkPeak(p + CHUNK_BYTES)
      const here = f32x4.pmax(first, second)
      if (!noneAbove(f32x4.pmax(before, here), limit)) {
        v128.store(found, truePeak)
        raiseFound(p, f32x4.pmax(before, first))
        raiseFound(p + CHUNK_BYTES, here)
        truePeak = v128.load(found)
        limit = skipLimit(truePeak)
      }
      before = second
    }
    v128.store(found, truePeak)
    interpolate(p, frames & (PAIR - 1))
    v128.store32_lane(kept, v128.load(found), 0)
  }
  copyChunk(history, start + (<usize>frames << 2) - CHUNK_BYTES)
}

// @ts-ignore: decorator
@inline
function skipLimit(truePeak: v128): v128 {
  return f32x4.mul(truePeak, v128.load32_splat(taps, 72))
}

/** Raises `found` to the chunk's true peak; `window` holds the largest samples of it and the 11 before, lane by lane. */
function raiseFound(p: usize, window: v128): void {
  if (!centreStaysBelow(p, largestLane(window), v128.load(found))) interpolate(p, CHUNK)
}

/**
 * Whether the chunk's outputs stay below what was seen, judged by the products of the four innermost taps; the others can add
 * at most their own L1 norm times the largest sample. For phases 1 and 3 two innermost taps are enough, and
 * |x[n-5] - x[n-6]| is at most twice the largest sample less |x[n-5] + x[n-6]|. The limits come with the taps.
 */
// @ts-ignore: decorator
@inline
function centreStaysBelow(p: usize, largest: v128, truePeak: v128): bool {
  let sums = f32x4.splat(0)
  let centres = f32x4.splat(0)
  // Offsets of loads must not be negative: those cost an instruction each.
  for (let q = p - 28, end = q + CHUNK_BYTES; q < end; q += 16) {
    const s5 = f32x4.add(v128.load(q, 8), v128.load(q, 4))
    const s4 = f32x4.add(v128.load(q, 12), v128.load(q))
    sums = f32x4.pmax(sums, f32x4.abs(s5))
    centres = f32x4.pmax(centres, f32x4.abs(f32x4.add(f32x4.mul(v128.load32_splat(taps, 64), s4), f32x4.mul(v128.load32_splat(taps, 68), s5))))
  }
  const guarded = f32x4.mul(truePeak, v128.load32_splat(taps, 76))
  const sumLimit = f32x4.sub(f32x4.mul(guarded, v128.load32_splat(taps, 80)), f32x4.mul(largest, v128.load32_splat(taps, 84)))
  const centreLimit = f32x4.sub(guarded, f32x4.mul(largest, v128.load32_splat(taps, 88)))
  return noneAbove(sums, sumLimit) && noneAbove(centres, centreLimit)
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
function copyChunk(to: usize, from: usize): void {
  v128.store(to, v128.load(from))
  v128.store(to, v128.load(from, 16), 16)
  v128.store(to, v128.load(from, 32), 32)
  v128.store(to, v128.load(from, 48), 48)
}

/** Lane by lane, the largest magnitudes of a chunk. */
// @ts-ignore: decorator
@inline
function chunkPeak(p: usize): v128 {
  return f32x4.pmax(
    f32x4.pmax(f32x4.abs(v128.load(p)), f32x4.abs(v128.load(p, 16))),
    f32x4.pmax(f32x4.abs(v128.load(p, 32)), f32x4.abs(v128.load(p, 48))))
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

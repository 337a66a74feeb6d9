// K-weighting of ITU-R BS.1770-5 Annex 1 and the energy of what it lets through, in f64: two channels in the lanes of one
// vector, any two. Coefficients come from the caller (src/k-weighting.ts derives them for any rate).
import { CHANNEL, FILTER_BYTES, MARGIN, WANTS_ENERGY, coefficients, energies, filters, rowChannels, stage } from './memory'
import { multiplyAdd, multiplySubtract } from './lanes'

/** Filter states below this become 0: they are inaudible by 2900 dB, and on their way to denormals, which are slow. */
const FLUSHED: f64 = 1e-150

/** Weights frames [from, to) of the rows that want it, after `measure`, and adds the squares to the energies of their channels. */
export function weigh(rows: i32, stride: i32, from: i32, to: i32): void {
  let waiting: i32 = -1
  for (let row: i32 = 0; row < rows; row++) {
    if (!(tagOf(row) & WANTS_ENERGY)) continue
    if (waiting < 0) waiting = row
    else {
      weighPair(waiting, row, stride, from, to)
      waiting = -1
    }
  }
  // An odd one runs beside itself: both lanes compute the same, and what the second stores is what the first stored.
  if (waiting >= 0) weighPair(waiting, waiting, stride, from, to)
}

// @ts-ignore: decorator
@inline
function tagOf(row: i32): i32 {
  return load<u16>(rowChannels + (<usize>row << 1))
}

// @ts-ignore: decorator
@inline
function rowAt(row: i32, stride: i32, frame: i32): usize {
  return stage + (<usize>(row * stride + MARGIN + frame) << 2)
}

/**
 * Two frames a step: the second output of each recursion is written in terms of the last two of the step before
 * (y[n+1] = f[n+1] - a1 f[n] + (a1² - a2) y[n-1] + a1 a2 y[n-2]), so that a step waits for one multiplication and one
 * addition, not two of each. The high-pass's numerator 1, -2, 1 is two differences; for d1 = y1 - y2, which it needs, the shelf
 * has y1 - d1 in place of y2: s1 = a1 + a2, p1 = a1² - a2 + a1 a2, p2 = a1 a2; of the high-pass q1 = a1² - a2, q2 = a1 a2.
 *
 * Registers decide its speed: there are 16, and of what does not fit V8 moves to the stack also what the next step waits for. So
 * the coefficients are read from memory wherever they are used.
 */
function weighPair(rowA: i32, rowB: i32, stride: i32, from: i32, to: i32): void {
  const channelA: usize = tagOf(rowA) & CHANNEL
  const channelB: usize = tagOf(rowB) & CHANNEL
  const filterA = filters + channelA * FILTER_BYTES
  const filterB = filters + channelB * FILTER_BYTES
  const frames = to - from
  let a = rowAt(rowA, stride, from)
  let b = rowAt(rowB, stride, from)

  let x1 = loadPair(filterA, filterB)
  let x2 = loadPair(filterA + 8, filterB + 8)
  let y1 = loadPair(filterA + 16, filterB + 16)
  let d1 = loadPair(filterA + 24, filterB + 24)
  let w1 = loadPair(filterA + 32, filterB + 32)
  let w2 = loadPair(filterA + 40, filterB + 40)
  let energy = f64x2.splat(0)

  const end = a + (<usize>(frames & ~1) << 2)
  for (; a < end; a += 8, b += 8) {
    // Promoted from memory, then paired: the machine converts while it loads.
    const inA = f64x2.promote_low_f32x4(v128.load64_zero(a))
    const inB = f64x2.promote_low_f32x4(v128.load64_zero(b))
    const xa = lowerHalves(inA, inB)
    const xb = upperHalves(inA, inB)
    const fa = multiplyAdd(b2(), x2, multiplyAdd(b1(), x1, xa))
    const fb = multiplyAdd(b2(), x1, multiplyAdd(b1(), xa, xb))
    const ya = multiplySubtract(s1(), y1, multiplyAdd(a2(), d1, fa))
    const yb = multiplyAdd(p1(), y1, multiplySubtract(p2(), d1, multiplySubtract(a1(), fa, fb)))
    const da = f64x2.sub(ya, y1)
    const db = f64x2.sub(yb, ya)
    const ga = f64x2.sub(da, d1)
    const gb = f64x2.sub(db, da)
    const wa = multiplySubtract(c1(), w1, multiplySubtract(c2(), w2, ga))
    const wb = multiplyAdd(q1(), w1, multiplyAdd(q2(), w2, multiplySubtract(c1(), ga, gb)))
    energy = f64x2.add(energy, multiplyAdd(wb, wb, f64x2.mul(wa, wa)))
    x2 = xa
    x1 = xb
    y1 = yb
    d1 = db
    w2 = wa
    w1 = wb
  }
  if (frames & 1) {
    const x = lowerHalves(f64x2.promote_low_f32x4(v128.load32_zero(a)), f64x2.promote_low_f32x4(v128.load32_zero(b)))
    const y = multiplySubtract(s1(), y1, multiplyAdd(a2(), d1, multiplyAdd(b2(), x2, multiplyAdd(b1(), x1, x))))
    const d = f64x2.sub(y, y1)
    const w = multiplySubtract(c1(), w1, multiplySubtract(c2(), w2, f64x2.sub(d, d1)))
    energy = multiplyAdd(w, w, energy)
    x2 = x1
    x1 = x
    y1 = y
    d1 = d
    w2 = w1
    w1 = w
  }

  storePair(filterA, filterB, flushed(x1))
  storePair(filterA + 8, filterB + 8, flushed(x2))
  storePair(filterA + 16, filterB + 16, flushed(y1))
  storePair(filterA + 24, filterB + 24, flushed(d1))
  storePair(filterA + 32, filterB + 32, flushed(w1))
  storePair(filterA + 40, filterB + 40, flushed(w2))
  const energyA = energies + (channelA << 3)
  const energyB = energies + (channelB << 3)
  storePair(energyA, energyB, f64x2.add(loadPair(energyA, energyB), f64x2.mul(energy, gain())))
}

// @ts-ignore: decorator
@inline
function b1(): v128 {
  return v128.load64_splat(coefficients, 0)
}

// @ts-ignore: decorator
@inline
function b2(): v128 {
  return v128.load64_splat(coefficients, 8)
}

// @ts-ignore: decorator
@inline
function a1(): v128 {
  return v128.load64_splat(coefficients, 16)
}

// @ts-ignore: decorator
@inline
function a2(): v128 {
  return v128.load64_splat(coefficients, 24)
}

// @ts-ignore: decorator
@inline
function c1(): v128 {
  return v128.load64_splat(coefficients, 32)
}

// @ts-ignore: decorator
@inline
function c2(): v128 {
  return v128.load64_splat(coefficients, 40)
}

// @ts-ignore: decorator
@inline
function gain(): v128 {
  return v128.load64_splat(coefficients, 48)
}

// @ts-ignore: decorator
@inline
function s1(): v128 {
  return v128.load64_splat(coefficients, 56)
}

// @ts-ignore: decorator
@inline
function p1(): v128 {
  return v128.load64_splat(coefficients, 64)
}

// @ts-ignore: decorator
@inline
function p2(): v128 {
  return v128.load64_splat(coefficients, 72)
}

// @ts-ignore: decorator
@inline
function q1(): v128 {
  return v128.load64_splat(coefficients, 80)
}

// @ts-ignore: decorator
@inline
function q2(): v128 {
  return v128.load64_splat(coefficients, 88)
}

// @ts-ignore: decorator
@inline
function flushed(x: v128): v128 {
  return v128.and(x, f64x2.ge(f64x2.abs(x), f64x2.splat(FLUSHED)))
}

// @ts-ignore: decorator
@inline
function lowerHalves(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
}

// @ts-ignore: decorator
@inline
function upperHalves(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
}

// @ts-ignore: decorator
@inline
function loadPair(a: usize, b: usize): v128 {
  return v128.load64_lane(b, v128.load64_zero(a), 1)
}

// @ts-ignore: decorator
@inline
function storePair(a: usize, b: usize, x: v128): void {
  v128.store64_lane(a, x, 0)
  v128.store64_lane(b, x, 1)
}

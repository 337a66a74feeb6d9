// The level kernel: what one block of one channel contributes to a reading. Stateless, static memory, no imports.
//
// The caller writes blocks into the stage, one row per channel, and calls `measure` once for all rows of a render
// quantum; row r begins at stage + r * stride samples. Results lie in one array per quantity, indexed by row.

/** Samples of the stage: 32 stereo inputs of 1024 frames, or 512 channels of one 128-frame quantum. */
const STAGE_SAMPLES: i32 = 65536
/** Most rows in one call: 32 inputs of 32 channels, the most Web Audio allows. */
const MAX_ROWS: i32 = 1024

export const stage: usize = memory.data(262144, 16) // STAGE_SAMPLES * 4; memory.data takes literals only
export const peaks: usize = memory.data(4096, 16) // f32: MAX_ROWS * 4
export const clipped: usize = memory.data(4096, 16) // u32
export const invalid: usize = memory.data(4096, 16) // u32
export const sums: usize = memory.data(8192, 16) // f64: MAX_ROWS * 8
export const squares: usize = memory.data(8192, 16) // f64
export const stageSamples: i32 = STAGE_SAMPLES
export const maxRows: i32 = MAX_ROWS

/** Measures `frames` samples of each row. `stride` is a multiple of 4 and at least `frames`; the rest of a row is zeroed. */
export function measure(rows: i32, stride: i32, frames: i32): void {
  const padded: i32 = (frames + 3) & ~3
  for (let row: i32 = 0; row < rows; row++) {
    const start: usize = stage + ((<usize>row * stride) << 2)
    // Zeros change no result, so padding replaces a scalar tail.
    for (let i: i32 = frames; i < padded; i++) store<f32>(start + (<usize>i << 2), 0)
    measureFinite(row, start, start + (<usize>padded << 2))
    const plain = load<f64>(squares + (<usize>row << 3)) < Infinity && load<f32>(peaks + (<usize>row << 2)) < 1
    if (!plain) measureChecked(row, start, start + (<usize>padded << 2))
  }
}

// The common case: every sample is finite and below full scale. One NaN or infinity makes the sum of squares NaN or
// infinite (no finite f32 can: 3.4e38 squared fits f64), which sends the row to measureChecked.
// @ts-ignore: decorator
@inline
function measureFinite(row: i32, start: usize, end: usize): void {
  let peak = f32x4.splat(0)
  let sumLow = f64x2.splat(0)
  let sumHigh = f64x2.splat(0)
  let squaresLow = f64x2.splat(0)
  let squaresHigh = f64x2.splat(0)
  for (let p = start; p < end; p += 16) {
    const x = v128.load(p)
    // Not max: it costs 2.4 times as much (NaN and -0 rules). pmax keeps its first argument when the second is NaN.
    peak = f32x4.pmax(peak, f32x4.abs(x))
    // f64: f32 squares of quiet (1e-25) or wild (1e30) samples would under- or overflow.
    const low = f64x2.promote_low_f32x4(x)
    const high = f64x2.promote_low_f32x4(i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
    sumLow = f64x2.add(sumLow, low)
    sumHigh = f64x2.add(sumHigh, high)
    squaresLow = f64x2.add(squaresLow, f64x2.mul(low, low))
    squaresHigh = f64x2.add(squaresHigh, f64x2.mul(high, high))
  }
  storeResults(row, peak, f64x2.add(sumLow, sumHigh), f64x2.add(squaresLow, squaresHigh), 0, 0)
}

// A row with a clipped or an invalid sample: counts them, and takes what is invalid as 0.
function measureChecked(row: i32, start: usize, end: usize): void {
  let peak = f32x4.splat(0)
  let sum = f64x2.splat(0)
  let square = f64x2.splat(0)
  let clippedLanes = i32x4.splat(0)
  let invalidLanes = i32x4.splat(0)
  for (let p = start; p < end; p += 16) {
    const raw = v128.load(p)
    const finite = f32x4.lt(f32x4.abs(raw), f32x4.splat(Infinity)) // false for NaN
    const x = v128.and(raw, finite)
    const magnitude = f32x4.abs(x)
    peak = f32x4.pmax(peak, magnitude)
    // A true lane is -1.
    clippedLanes = i32x4.sub(clippedLanes, f32x4.ge(magnitude, f32x4.splat(1)))
    invalidLanes = i32x4.sub(invalidLanes, v128.not(finite))
    const low = f64x2.promote_low_f32x4(x)
    const high = f64x2.promote_low_f32x4(i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
    sum = f64x2.add(f64x2.add(sum, low), high)
    square = f64x2.add(f64x2.add(square, f64x2.mul(low, low)), f64x2.mul(high, high))
  }
  storeResults(row, peak, sum, square, addLanes(clippedLanes), addLanes(invalidLanes))
}

// @ts-ignore: decorator
@inline
function storeResults(row: i32, peak: v128, sum: v128, square: v128, clippedCount: i32, invalidCount: i32): void {
  const peakOfPairs = f32x4.pmax(peak, i8x16.shuffle(peak, peak, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
  const first = f32x4.extract_lane(peakOfPairs, 0)
  const second = f32x4.extract_lane(peakOfPairs, 1)
  store<f32>(peaks + (<usize>row << 2), first < second ? second : first)
  store<u32>(clipped + (<usize>row << 2), clippedCount)
  store<u32>(invalid + (<usize>row << 2), invalidCount)
  store<f64>(sums + (<usize>row << 3), f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))
  store<f64>(squares + (<usize>row << 3), f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1))
}

// @ts-ignore: decorator
@inline
function addLanes(lanes: v128): i32 {
  return i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1) + i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3)
}

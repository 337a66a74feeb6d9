// The one layout of the kernels' memory. Static, zero at the start, never grows. src/worklet/kernel.ts makes its views in the
// same order and with the same lengths, from `stage` on.
//
// The caller writes blocks into the stage, one row per channel, each behind a margin; row r's samples begin at
// stage + (r * stride + MARGIN) samples. Results of a block lie in one array per quantity, indexed by row. What a channel
// carries from block to block lies in one array per quantity, indexed by channel: a number the caller gives out.

/** Samples of the stage: 455 channels of one 128-frame quantum. */
const STAGE_SAMPLES: usize = 65536
/** Samples before each row, for the end of the block before: the true-peak filter looks 11 samples back. */
export const MARGIN: i32 = 16
/** Most rows in one call: 32 inputs of 32 channels, the most Web Audio allows. */
const MAX_ROWS: usize = 1024
/** Most channels that are weighted or oversampled. */
const MAX_CHANNELS: usize = 4096

export const stage: usize = memory.data(823472, 16) // all of it, to the end of `found`; memory.data takes literals only
export const peaks: usize = stage + STAGE_SAMPLES * 4 // f32
export const clipped: usize = peaks + MAX_ROWS * 4 // u32
export const invalid: usize = clipped + MAX_ROWS * 4 // u32
export const sums: usize = invalid + MAX_ROWS * 4 // f64
export const squares: usize = sums + MAX_ROWS * 8 // f64

/** Pairs of u16: a row, and its channel. */
export const weighted: usize = squares + MAX_ROWS * 8
export const oversampled: usize = weighted + MAX_ROWS * 4

/** f64: x1, x2 of the shelf; y1, y2 of both; w1, w2 of the high-pass. */
export const FILTER_BYTES: usize = 48
export const filters: usize = oversampled + MAX_ROWS * 4
export const energies: usize = filters + MAX_CHANNELS * FILTER_BYTES // f64
/** f32: the last MARGIN samples. */
export const histories: usize = energies + MAX_CHANNELS * 8
export const samplePeaks: usize = histories + MAX_CHANNELS * MARGIN * 4 // f32
export const truePeaks: usize = samplePeaks + MAX_CHANNELS * 4 // f32

/** f64: shelf b1 b2 a1 a2, high-pass a1 a2, energy gain, unused. */
export const coefficients: usize = truePeaks + MAX_CHANNELS * 4
/** f32: e[0..5], o[0..5], h[0..5] of the true-peak filter, then the limits of src/true-peak-filter.ts, and one unused. */
export const taps: usize = coefficients + 8 * 8
/** f32x4, four times the same: the true peak found so far, between the functions of true-peak.ts. */
export const found: usize = taps + 24 * 4

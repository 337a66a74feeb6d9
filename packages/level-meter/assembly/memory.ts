// The one layout of the kernels' memory. Static, zero at the start, never grows.
//
// The caller writes blocks into the stage, one row per channel, each behind a margin; row r's samples begin at
// stage + (r * stride + MARGIN) samples. Results of a block lie in one array per quantity, indexed by row. What a channel
// carries from block to block lies in one array per quantity, indexed by channel: a number the caller gives out.

/** Samples of the stage: 455 channels of one 128-frame quantum. */
export const STAGE_SAMPLES: i32 = 65536
/** Samples before each row, for the end of the block before: the true-peak filter looks 11 samples back. */
export const MARGIN: i32 = 16
/** Most rows in one call: 32 inputs of 32 channels, the most Web Audio allows. */
export const MAX_ROWS: i32 = 1024
/** Most channels that are weighted or oversampled. */
export const MAX_CHANNELS: i32 = 4096

export const stage: usize = memory.data(262144, 16) // STAGE_SAMPLES * 4; memory.data takes literals only
export const peaks: usize = memory.data(4096, 16) // f32: MAX_ROWS * 4
export const clipped: usize = memory.data(4096, 16) // u32
export const invalid: usize = memory.data(4096, 16) // u32
export const sums: usize = memory.data(8192, 16) // f64: MAX_ROWS * 8
export const squares: usize = memory.data(8192, 16) // f64

/** Pairs of u16: a row, and its channel. */
export const weighted: usize = memory.data(4096, 16)
export const oversampled: usize = memory.data(4096, 16)

/** f64: shelf b1 b2 a1 a2, high-pass a1 a2, energy gain. */
export const coefficients: usize = memory.data(64, 16)
/** f64: MAX_CHANNELS * 8 */
export const energies: usize = memory.data(32768, 16)
/** f32: e[0..5], o[0..5], h[0..5] of the true-peak filter, then the limits of src/true-peak-filter.ts. */
export const taps: usize = memory.data(96, 16)
/** f32x4, four times the same: the true peak found so far, between the functions of true-peak.ts. */
export const found: usize = memory.data(16, 16)
/** f32: MAX_CHANNELS * 4 */
export const samplePeaks: usize = memory.data(16384, 16)
export const truePeaks: usize = memory.data(16384, 16)

/** f64: x1, x2 of the shelf; y1, y2 of both; w1, w2 of the high-pass. */
export const FILTER_BYTES: usize = 48
export const filters: usize = memory.data(196608, 16) // MAX_CHANNELS * FILTER_BYTES
/** f32: the last MARGIN samples. */
export const histories: usize = memory.data(262144, 16) // MAX_CHANNELS * MARGIN * 4

// The one layout of the kernels' memory. Static, zero at the start, never grows. src/worklet/kernel.ts makes its views in the
// same order and with the same lengths, from `stage` on.
//
// The caller writes blocks into the stage, one row per channel, each behind a margin; row r's samples begin at
// stage + (r * stride + MARGIN) samples, and belong to the channel that rowChannels names. All results and all that a channel
// carries from block to block lie in one array per quantity, indexed by channel: a number the caller gives out.

/** Samples of the stage: 455 channels of one 128-frame quantum. */
const STAGE_SAMPLES: usize = 65536
/** Samples before each row, for the end of the block before: the true-peak filter looks 11 samples back. */
export const MARGIN: i32 = 16
/** Most rows in one call: 32 inputs of 32 channels, the most Web Audio allows. */
const MAX_ROWS: usize = 1024
const MAX_CHANNELS: usize = 4096

export const stage: usize = memory.data(1001680, 16) // all of it, to the end of `found`; memory.data takes literals only

/** u16: a channel, and what is wanted of it. */
export const rowChannels: usize = stage + STAGE_SAMPLES * 4
export const CHANNEL: i32 = 0xfff
export const WANTS_ENERGY: i32 = 0x4000
export const WANTS_TRUE_PEAK: i32 = 0x8000

/** f32x4: the lanes still apart, as in the next two. */
export const peaks: usize = rowChannels + MAX_ROWS * 2
export const sums: usize = peaks + MAX_CHANNELS * 16 // f64x2
export const squares: usize = sums + MAX_CHANNELS * 16 // f64x2
export const clipped: usize = squares + MAX_CHANNELS * 16 // u32
export const invalid: usize = clipped + MAX_CHANNELS * 4 // u32

/** f64: x1, x2 of the shelf; y1 of both, and y1 - y2; w1, w2 of the high-pass. */
export const FILTER_BYTES: usize = 48
export const filters: usize = invalid + MAX_CHANNELS * 4
export const energies: usize = filters + MAX_CHANNELS * FILTER_BYTES // f64
/** f32: the last MARGIN samples. */
export const histories: usize = energies + MAX_CHANNELS * 8
export const truePeaks: usize = histories + MAX_CHANNELS * MARGIN * 4 // f32

/** f64: b1 b2 a1 a2 of the shelf, a1 a2 of the high-pass, the energy's gain, then what k-weighting.ts makes of them: s1 p1 p2, q1 q2. */
export const coefficients: usize = truePeaks + MAX_CHANNELS * 4
/** f32: e[0..5], o[0..5], h[0..5] of the true-peak filter, then the limits of src/true-peak-filter.ts, and one unused. */
export const taps: usize = coefficients + 12 * 8
/** f32x4, four times the same: the true peak found so far, between the functions of true-peak.ts. */
export const found: usize = taps + 24 * 4

// The module's exports: the layout of the memory, and the kernels.
export {
  MAX_CHANNELS as maxChannels, MAX_ROWS as maxRows, STAGE_SAMPLES as stageSamples,
  clipped, coefficients, energies, filters, histories, invalid, oversampled, peaks, samplePeaks, squares, stage, sums, taps, truePeaks, weighted,
} from './memory'
export { measure } from './level'
export { weigh } from './k-weighting'
export { oversample } from './true-peak'

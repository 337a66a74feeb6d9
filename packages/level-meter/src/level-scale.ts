/** Linear amplitude to decibels relative to full scale: 1 is 0 dB, 0 is -Infinity. */
export function toDecibels(linear: number): number {
  return 20 * Math.log10(linear)
}

/** Decibels relative to full scale to linear amplitude: 0 dB is 1, -Infinity is 0. */
export function fromDecibels(decibels: number): number {
  return 10 ** (decibels / 20)
}

/**
 * The 0..100 scale of `LevelReading.level`: the peak in percent of full scale, no decibels, 100 for everything louder.
 * @param peak largest |sample|, linear
 */
export function levelOfPeak(peak: number): number {
  return Math.round(100 * Math.min(1, peak))
}

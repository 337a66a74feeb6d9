/** What the contract says about one channel, written down as plainly as possible, all in f64. */
export interface ReferenceMeasurement {
  peak: number
  clipped: number
  invalid: number
  sum: number
  squares: number
  /** Sum of |x|: the scale of what rounding may do to `sum`. */
  magnitudes: number
}

export function measureReference(samples: Iterable<number>): ReferenceMeasurement {
  const valid: number[] = []
  let invalid = 0
  for (const sample of samples) {
    if (Number.isFinite(sample)) valid.push(sample)
    else invalid++
  }
  return {
    peak: valid.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0),
    clipped: valid.filter((x) => Math.abs(x) >= 1).length,
    invalid,
    sum: valid.reduce((sum, x) => sum + x, 0),
    squares: valid.reduce((sum, x) => sum + x * x, 0),
    magnitudes: valid.reduce((sum, x) => sum + Math.abs(x), 0),
  }
}

/** The value that a share of them does not exceed (nearest rank); NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** `12: 0.3 / 1.2 / 1.9 s`: how many, median, 95th percentile and largest, of milliseconds. */
export function summary(values: readonly number[]): string {
  if (values.length === 0) return '0'
  const seconds = (share: number) => (quantile(values, share) / 1000).toFixed(1)
  return `${values.length}: ${seconds(0.5)} / ${seconds(0.95)} / ${seconds(1)} s`
}

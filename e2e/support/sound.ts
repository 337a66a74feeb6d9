/** The part of a signal's energy that a sine of that frequency and any phase explains: 1 for that tone alone. */
export function shareOfTone(samples: readonly number[], hertz: number, sampleRate: number): number {
  let [cosine, sine, energy] = [0, 0, 0]
  samples.forEach((sample, n) => {
    const angle = (2 * Math.PI * hertz * n) / sampleRate
    cosine += sample * Math.cos(angle)
    sine += sample * Math.sin(angle)
    energy += sample * sample
  })
  return energy === 0 ? 0 : (2 * (cosine * cosine + sine * sine)) / (samples.length * energy)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

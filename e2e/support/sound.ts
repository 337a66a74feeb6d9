/**
 * The part of a signal's energy that a sine of that frequency and any phase explains, in the median of its 50 ms: 1 for that
 * tone alone. Over a whole second one stall of the machine, after which the sound goes on at another phase, made it 0.13.
 */
export function shareOfTone(samples: readonly number[], hertz: number, sampleRate: number): number {
  const length = Math.round(sampleRate / 20)
  return median(Array.from({ length: Math.floor(samples.length / length) }, (_, n) => coherentShare(samples.slice(n * length, (n + 1) * length), hertz, sampleRate)))
}

function coherentShare(samples: readonly number[], hertz: number, sampleRate: number): number {
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

/**
 * The K-weighting filter of ITU-R BS.1770-5 Annex 1 for a sample rate: a shelf, then the RLB high-pass, both with
 * numerators divided by their first coefficient, so that the gain is one factor of the energy.
 *
 * At 48 kHz these are the standard's coefficients to 1e-12. At other rates the analogue filter behind them is transformed
 * anew, and the gain corrected so that 997 Hz passes exactly as at 48 kHz; near half the rate the shelf bends
 * (20 Hz to 0.4 of the rate: 8 kHz up to 0.49 dB, 44.1 kHz 0.003 dB).
 */
export interface KWeighting {
  /** Shelf: y = x + b1 x1 + b2 x2 - a1 y1 - a2 y2. */
  readonly shelf: { readonly b1: number; readonly b2: number; readonly a1: number; readonly a2: number }
  /** High-pass: y = x - 2 x1 + x2 - a1 y1 - a2 y2. */
  readonly highPass: { readonly a1: number; readonly a2: number }
  /** Factor of the squares: of the shelf's first coefficient and the correction. */
  readonly energyGain: number
}

/** Derivation as in libebur128 and BS.1770's authors' published analogue prototypes; the first rows reproduce the 48 kHz table. */
const shelf = { frequency: 1681.974450955533, gainDb: 3.999843853973347, q: 0.7071752369554196, slope: 0.4996667741545416 }
const highPass = { frequency: 38.13547087602444, q: 0.5003270373238773 }
const referenceRate = 48_000
/** Hz: BS.1770 calibrates loudness with this tone. */
const calibration = 997

/** @param sampleRate Hz */
export function kWeighting(sampleRate: number): KWeighting {
  const filter = transform(sampleRate)
  return { ...filter, energyGain: filter.energyGain * powerAt(transform(referenceRate), referenceRate) / powerAt(filter, sampleRate) }
}

function transform(sampleRate: number): KWeighting {
  const k = Math.tan(Math.PI * shelf.frequency / sampleRate)
  const high = 10 ** (shelf.gainDb / 20)
  const band = high ** shelf.slope
  const a0 = 1 + k / shelf.q + k * k
  const b0 = high + band * k / shelf.q + k * k
  const h = Math.tan(Math.PI * highPass.frequency / sampleRate)
  const d = 1 + h / highPass.q + h * h
  return {
    shelf: {
      b1: 2 * (k * k - high) / b0, b2: (high - band * k / shelf.q + k * k) / b0,
      a1: 2 * (k * k - 1) / a0, a2: (1 - k / shelf.q + k * k) / a0,
    },
    highPass: { a1: 2 * (h * h - 1) / d, a2: (1 - h / highPass.q + h * h) / d },
    energyGain: (b0 / a0) ** 2,
  }
}

/** |H|² at the calibration tone. */
function powerAt({ shelf: { b1, b2, a1, a2 }, highPass: { a1: c1, a2: c2 }, energyGain }: KWeighting, sampleRate: number): number {
  const w = 2 * Math.PI * calibration / sampleRate
  const power = (p1: number, p2: number): number =>
    (1 + p1 * Math.cos(w) + p2 * Math.cos(2 * w)) ** 2 + (p1 * Math.sin(w) + p2 * Math.sin(2 * w)) ** 2
  return energyGain * power(b1, b2) * power(-2, 1) / (power(a1, a2) * power(c1, c2))
}

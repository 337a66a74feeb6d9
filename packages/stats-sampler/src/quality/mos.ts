/** What a call sounds like is judged by these; all of one direction and one time. */
export interface MosInput {
  /** 0..1, what is left after repair: {@link StreamSample.lossRatio}. */
  readonly lossRatio: number
  /** Round-trip time, ms. */
  readonly rttMs: number
  /** Interarrival jitter (RFC 3550), ms. */
  readonly jitterMs: number
}

/** R with all of G.107's default values: no delay, no loss, G.711. https://www.itu.int/rec/T-REC-G.107 (06/2015), clause 7.7 */
const BEST_R = 93.2
/** Equipment impairment factor of G.711, and its robustness against random loss with concealment. G.113 (11/2007) appendix I */
const [CODEC_IMPAIRMENT, LOSS_ROBUSTNESS] = [0, 25.1]
/** ms a coder and decoder hold speech back: 20 ms frame and 6.5 ms look-ahead of Opus, https://www.rfc-editor.org/rfc/rfc6716#section-2 */
const CODEC_DELAY_MS = 26.5
/** A jitter buffer of twice the interarrival jitter, which is a mean: half of all packets come later than it. */
const BUFFER_PER_JITTER = 2

/**
 * How speech is heard, 1 (bad) to 4.41 (G.107's best with the narrow-band telephone; the scale ends at 4.5), by the E-model of ITU-T G.107:
 * `R = 93.2 - Idd - Ie,eff`. It never rises with a worse loss, delay or jitter. Simplified: room, loudness, echo and noise have G.107's default
 * values (echo cancelled, so of the delay impairments only Idd); loss is random (BurstR 1); the advantage factor A is 0; G.711 with concealment
 * (Ie 0, Bpl 25.1) stands in for Opus, for which G.113 has no values. The one-way delay is half of the round trip, the codec's 26.5 ms, and
 * a jitter buffer of twice the jitter. A model for planning, of speech alone: it says nothing about video, and by delay alone it does not fall
 * below 2.2 (Idd ends at 50).
 *
 * All three are needed: a figure that is not known is not 0. Throws a RangeError that names what is not a number from 0 (for `lossRatio`: to 1).
 */
export function mos({ lossRatio, rttMs, jitterMs }: MosInput): number {
  for (const [name, value, most] of [['lossRatio', lossRatio, 1], ['rttMs', rttMs, Number.MAX_VALUE], ['jitterMs', jitterMs, Number.MAX_VALUE]] as const) {
    if (typeof value !== 'number' || !(value >= 0 && value <= most)) throw new RangeError(`${name} must be a number from 0${most === 1 ? ' to 1' : ''}, got ${String(value)}`)
  }
  return fromR(BEST_R - delayImpairment(rttMs / 2 + CODEC_DELAY_MS + BUFFER_PER_JITTER * jitterMs) - lossImpairment(lossRatio * 100))
}

/** G.107 annex B. Below R 6.5 the cubic falls under 1 and rises again towards R 0, where the scale is 1: 1 there. */
function fromR(r: number): number {
  if (r <= 0) return 1
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)
}

/** Idd, G.107 clause 7.4 with its default sensitivity (sT 1, mT 100 ms): 0 up to 100 ms, then rising towards 50. */
function delayImpairment(oneWayMs: number): number {
  const octaves = Math.log2(Math.min(oneWayMs, MOST_DELAY_MS) / 100)
  return octaves > 0 ? 25 * ((1 + octaves ** 6) ** (1 / 6) - 3 * (1 + (octaves / 3) ** 6) ** (1 / 6) + 2) : 0
}

/** A minute and more is equally bad; beyond, Idd's rise is smaller than the rounding of its terms. */
const MOST_DELAY_MS = 60_000

/** Ie,eff, G.107 clause 7.5 with BurstR 1. */
function lossImpairment(lossPercent: number): number {
  return CODEC_IMPAIRMENT + ((95 - CODEC_IMPAIRMENT) * lossPercent) / (lossPercent + LOSS_ROBUSTNESS)
}

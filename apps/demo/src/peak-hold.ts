/** How long the marker stays at a peak, ms: two readings of a second each, so that it outlives the next lower one. */
export const HOLD_MS: number = 2000
/** How fast it falls after that, dB per second (a little faster than the 20 dB in 1.7 s of an IEC 60268-10 type I meter). */
export const FALL_DB_PER_SECOND: number = 15

/** The marker of a level bar: the last peak it rose to, and when; it never stands below the level of now. */
export interface PeakHold {
  readonly decibels: number
  /** ms, of any steady clock. */
  readonly atMs: number
  /** The newest reading, dB. */
  readonly now: number
}

export const NO_PEAK: PeakHold = { decibels: -Infinity, atMs: 0, now: -Infinity }

/** Where the marker stands at a time, dB. */
export function markerAt(hold: PeakHold, nowMs: number): number {
  const falling = Math.max(0, nowMs - hold.atMs - HOLD_MS)
  return Math.max(hold.now, hold.decibels - (falling / 1000) * FALL_DB_PER_SECOND)
}

/** A new reading lifts the marker when it is at least as high as the marker stands now. */
export function withReading(hold: PeakHold, decibels: number, nowMs: number): PeakHold {
  const before = markerAt({ ...hold, now: -Infinity }, nowMs)
  return decibels >= before ? { decibels, atMs: nowMs, now: decibels } : { ...hold, now: decibels }
}

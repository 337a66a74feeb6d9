/** The lowest level that a bar shows, dBFS. */
export const FLOOR_DB: number = -60

export type Loudness = 'none' | 'silent' | 'quiet' | 'normal' | 'loud' | 'full-scale'

/** What of a row of `onAudioLevel` a bar needs. */
export interface Level {
  /** 0..100: 100 times the absolute peak of the second. */
  readonly level: number
  /** The same, linear and unrounded; absent with an SDK that does not say it. */
  readonly peak?: number | undefined
}

/** dBFS of the second's peak; `-Infinity` for digital silence. */
export function decibelsOf(row: Level): number {
  return 20 * Math.log10(Math.max(0, row.peak ?? row.level / 100))
}

/** The length of a bar, 0..1, even in decibels from the floor to full scale. */
export function barLength(decibels: number): number {
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB))
}

/**
 * A level in one word, by peak in dBFS. Speech into a laptop peaks at about -30 to -10: below that somebody should move closer, above -6
 * little headroom is left. 0 and more means that samples were cut off.
 */
export function loudnessOf(decibels: number): Exclude<Loudness, 'none'> {
  if (decibels < FLOOR_DB) return 'silent'
  if (decibels < -36) return 'quiet'
  if (decibels < -6) return 'normal'
  return decibels < 0 ? 'loud' : 'full-scale'
}

/** `−12.3 dB`, with a real minus sign; `−∞ dB` for digital silence. */
export function formatDecibels(decibels: number): string {
  if (decibels === -Infinity) return '−∞ dB'
  const text = Math.abs(decibels).toFixed(1)
  return `${decibels < 0 && text !== '0.0' ? '−' : ''}${text} dB`
}

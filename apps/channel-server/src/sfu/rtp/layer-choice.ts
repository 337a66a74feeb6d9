/** A simulcast layer (or the only stream of a source, with an empty name) as far as it has been heard of. */
export interface ArrivingLayer {
  readonly rid: string
  /** Milliseconds on the caller's clock, of its newest packet with a payload. */
  readonly lastPacketAt: number
}

/** A layer at 5 frames a second is alive, one whose encoder was switched off is not. */
export const LAYER_ALIVE_MS = 1000

/**
 * The layer that a subscriber should get: the wanted one if it arrives, else the one it has if that arrives, else any that
 * does. `null` when none of several arrives. Where there is only one there is no choice: a screen that does not change is
 * silent for seconds and still has to be shown to those who come.
 */
export function chooseLayer(layers: readonly ArrivingLayer[], wanted: string | undefined, current: string | null, nowMs: number): string | null {
  if (layers.length === 1) return layers[0]!.rid
  const alive = layers.filter((layer) => nowMs - layer.lastPacketAt <= LAYER_ALIVE_MS)
  const has = (rid: string | null | undefined) => alive.some((layer) => layer.rid === rid)
  if (wanted !== undefined && has(wanted)) return wanted
  if (current !== null && has(current)) return current
  return alive[0]?.rid ?? null
}

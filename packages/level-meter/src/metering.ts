/** A source being metered. Call it to stop; that is idempotent. */
export type Metering = (() => void) & {
  /** Begins the integrated loudness anew. Only loudness has a memory longer than one interval: without it there is nothing to reset. */
  resetLoudness(): void
  /**
   * 'ended': stopped, or the track ended. 'muted': the track is muted or disabled. 'no-data': no reading yet, or nothing
   * was connected throughout the last one. Else 'live'.
   */
  readonly state: 'live' | 'muted' | 'ended' | 'no-data'
  /** Stops, for `using`. */
  [Symbol.dispose](): void
}

/** Makes a Metering of its parts. */
export function createMetering({ stop, state, resetLoudness = () => undefined }: {
  readonly stop: () => void
  readonly state: () => Metering['state']
  readonly resetLoudness?: () => void
}): Metering {
  return Object.defineProperties(() => { stop() }, {
    resetLoudness: { value: resetLoudness },
    state: { get: state },
    [Symbol.dispose]: { value: stop },
  }) as Metering // the three properties are what Metering adds to a function
}

/** Tells when the first media of a user flows: once for each time that user's tracks begin to arrive. */
export class FirstMedia {
  readonly #onFlow: (userId: string) => void
  /** Whose tracks arrive; aborted when they end. */
  readonly #arriving = new Map<string, AbortController>()

  constructor(onFlow: (userId: string) => void) {
    this.#onFlow = onFlow
  }

  /** @param tracks all that arrive of the user now */
  update(userId: string, [track]: readonly MediaStreamTrack[]): void {
    const before = this.#arriving.get(userId)
    if (track === undefined) {
      before?.abort() // a track that never flowed is used again for whoever comes next
      this.#arriving.delete(userId)
    } else if (before === undefined) {
      const arrival = new AbortController()
      this.#arriving.set(userId, arrival)
      const tell = (): void => this.#onFlow(userId)
      // A remote track is muted until its first packet: https://www.w3.org/TR/webrtc/#dom-rtctrackevent-track
      if (track.muted) track.addEventListener('unmute', tell, { once: true, signal: arrival.signal })
      else tell()
    }
  }

  clear(): void {
    for (const userId of this.#arriving.keys()) this.update(userId, [])
  }
}

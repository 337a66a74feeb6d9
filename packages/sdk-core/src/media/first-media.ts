/** Tells when the first media of a user flows: once for each time that user's tracks begin to arrive. */
export class FirstMedia {
  readonly #onFlow: (userId: string) => void
  /** The track that was the first, by user. */
  readonly #first = new Map<string, MediaStreamTrack>()

  constructor(onFlow: (userId: string) => void) {
    this.#onFlow = onFlow
  }

  /** @param tracks all that arrive of the user now */
  update(userId: string, tracks: readonly MediaStreamTrack[]): void {
    const [track] = tracks
    if (track === undefined) this.#first.delete(userId)
    else if (!this.#first.has(userId)) {
      this.#first.set(userId, track)
      const tell = (): void => { if (this.#first.get(userId) === track) this.#onFlow(userId) }
      // A remote track is muted until its first packet: https://www.w3.org/TR/webrtc/#dom-rtctrackevent-track
      if (track.muted) track.addEventListener('unmute', tell, { once: true })
      else tell()
    }
  }

  clear(): void {
    this.#first.clear()
  }
}

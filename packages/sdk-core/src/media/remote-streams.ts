/**
 * Gives the app what it receives of a user as a `MediaStream`, a new one after each change. Changes of one turn are told
 * together, so that a sound and a picture that come together are one stream of two tracks.
 */
export class RemoteStreams {
  readonly #tracksOf: (userId: string) => readonly MediaStreamTrack[]
  readonly #tell: (userId: string, stream: MediaStream) => void
  readonly #changed = new Set<string>()
  /** By user; held weakly, because an app may throw away what it is given. */
  readonly #given = new Map<string, readonly WeakRef<MediaStream>[]>()

  /**
   * @param tracksOf in the order in which they are given
   * @param tell what a user's stream is now; it has no track when nothing is received any more
   */
  constructor(tracksOf: (userId: string) => readonly MediaStreamTrack[], tell: (userId: string, stream: MediaStream) => void) {
    this.#tracksOf = tracksOf
    this.#tell = tell
  }

  /** A track came, or carries another label. */
  changed(userId: string): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.flush())
    this.#changed.add(userId)
  }

  /** A track went. It leaves the streams given before as well: it may carry somebody else next. */
  ended(userId: string, track: MediaStreamTrack): void {
    for (const given of this.#given.get(userId) ?? []) given.deref()?.removeTrack(track)
    this.changed(userId)
  }

  /** Tells what has changed at once: something comes that has to be told after it. */
  flush(): void {
    const users = [...this.#changed]
    this.#changed.clear()
    for (const userId of users) {
      const stream = new MediaStream([...this.#tracksOf(userId)])
      const alive = (this.#given.get(userId) ?? []).filter((given) => given.deref() !== undefined)
      this.#given.set(userId, [...alive, new WeakRef(stream)])
      this.#tell(userId, stream)
    }
  }

  /** The user left: there is nothing to tell any more. */
  forget(userId: string): void {
    this.#changed.delete(userId)
    this.#given.delete(userId)
  }

  clear(): void {
    this.#changed.clear()
    this.#given.clear()
  }
}

import { onUserGesture } from './user-gesture.js'

/** Plays some tracks of one user in one element. */
export class MediaOutlet {
  readonly element: HTMLMediaElement
  readonly #stream: MediaStream = new MediaStream()
  readonly #onRefused: (error: unknown) => void
  #forgetGesture: (() => void) | undefined
  #closed = false

  /** @param onRefused with what `play()` rejected; a picture goes on silently, and a gesture of the user brings the sound */
  constructor(element: HTMLMediaElement, onRefused: (error: unknown) => void) {
    this.element = element
    this.#onRefused = onRefused
    element.autoplay = true
    element.setAttribute('playsinline', '') // or Safari on phones takes the whole screen
  }

  /** Adds and removes without a new stream where possible, so that a picture stays when the sound comes or goes. */
  show(tracks: readonly MediaStreamTrack[]): void {
    const before = this.#stream.getTracks()
    for (const track of before) if (!tracks.includes(track)) this.#stream.removeTrack(track)
    for (const track of tracks) if (!before.includes(track)) this.#stream.addTrack(track)
    if (tracks.length === 0) {
      if (this.element.srcObject === this.#stream) this.element.srcObject = null
    } else if (this.element.srcObject !== this.#stream) {
      this.element.srcObject = this.#stream
      this.#play()
    }
  }

  close(): void {
    this.#closed = true
    this.#forgetGesture?.()
    this.show([])
  }

  #play(): void {
    this.element.play().catch((error: unknown) => {
      if (!this.#closed) this.#refused(error)
    })
  }

  #refused(error: unknown): void {
    if (error instanceof DOMException && error.name === 'NotAllowedError' && !this.element.muted) this.#waitForGesture()
    this.#onRefused(error)
  }

  #waitForGesture(): void {
    this.element.muted = true
    this.element.play().catch(() => undefined)
    this.#forgetGesture?.()
    this.#forgetGesture = onUserGesture(() => {
      this.element.muted = false
      this.element.play().catch(() => undefined)
    })
  }
}

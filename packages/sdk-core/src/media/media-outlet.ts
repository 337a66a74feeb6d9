import type { Playback } from './playback.js'
import { onUserGesture } from './user-gesture.js'

/** Plays some tracks of one user in one element. */
export class MediaOutlet {
  readonly element: HTMLMediaElement
  readonly #stream: MediaStream = new MediaStream()
  readonly #onRefused: (error: unknown) => void
  /** As the app had it. */
  readonly #before: Playback
  #muted = false
  /** Playing with sound was refused; set until a gesture comes. */
  #forgetGesture: (() => void) | undefined
  #closed = false

  /** @param onRefused with what `play()` rejected; a picture goes on silently, and a gesture of the user brings the sound */
  constructor(element: HTMLMediaElement, onRefused: (error: unknown) => void) {
    this.element = element
    this.#onRefused = onRefused
    this.#before = { muted: element.muted, volume: element.volume }
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

  /** What is absent stays as it is. Unmuting what was refused tries again. */
  set({ muted, volume }: Partial<Playback>): void {
    if (volume !== undefined) this.element.volume = volume
    if (muted === undefined) return
    this.#muted = muted
    const refused = this.#forgetGesture
    if (muted || refused === undefined) this.element.muted = muted
    else this.#unmute(refused)
  }

  /** The element is the app's again, as loud as it was. */
  close(): void {
    this.#closed = true
    this.#forgetGesture?.()
    this.show([])
    Object.assign(this.element, this.#before)
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
      this.#forgetGesture = undefined
      this.element.muted = this.#muted
      this.element.play().catch(() => undefined)
    })
  }

  #unmute(forgetGesture: () => void): void {
    forgetGesture()
    this.#forgetGesture = undefined
    this.element.muted = false
    this.#play()
  }
}

import { playAfterFreeze } from './after-freeze.js'
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
  /** Why there is no sound, until there is any that could be missed. */
  #untold: unknown
  readonly #life: AbortController = new AbortController()

  /**
   * @param onRefused with what `play()` rejected, when there is sound to be heard, or when it is not for a gesture that is
   * missing; a picture goes on silently, and a gesture of the user brings the sound
   */
  constructor(element: HTMLMediaElement, onRefused: (error: unknown) => void) {
    this.element = element
    this.#onRefused = onRefused
    this.#before = { muted: element.muted, volume: element.volume }
    element.autoplay = true
    element.setAttribute('playsinline', '') // or Safari on phones takes the whole screen
    playAfterFreeze(element, () => { this.#play() }, this.#life.signal)
  }

  /** Whether the app was told that there is no sound, and there still is none. */
  get isMissed(): boolean {
    return this.#forgetGesture !== undefined && this.#untold === undefined
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
    this.#tell()
  }

  /** What is absent stays as it is. Unmuting what was refused tries again. */
  set({ muted, volume }: Partial<Playback>): void {
    if (volume !== undefined) this.element.volume = volume
    if (muted === undefined) return
    this.#muted = muted
    if (muted || this.#forgetGesture === undefined) this.element.muted = muted
    else this.#unmute(false)
  }

  /** The element is the app's again, as loud as it was. */
  close(): void {
    this.#life.abort()
    this.#forgetGesture?.()
    this.show([])
    Object.assign(this.element, this.#before)
  }

  #play(): void {
    this.element.play().catch((error: unknown) => {
      if (!this.#life.signal.aborted) this.#refused(error)
    })
  }

  #refused(cause: unknown): void {
    if (!(cause instanceof DOMException && cause.name === 'NotAllowedError') || this.element.muted) return this.#onRefused(cause)
    this.element.muted = true
    this.element.play().catch(() => undefined)
    this.#forgetGesture?.()
    this.#forgetGesture = onUserGesture(() => { this.#unmute(this.#muted) })
    this.#untold = cause
    this.#tell()
  }

  /** Chromium refuses a picture without sound, too, unless it is muted: nobody misses anything yet. */
  #tell(): void {
    if (this.#untold === undefined || this.#stream.getAudioTracks().length === 0) return
    const error = this.#untold
    this.#untold = undefined
    this.#onRefused(error)
  }

  #unmute(muted: boolean): void {
    this.#forgetGesture?.()
    this.#forgetGesture = undefined
    this.#untold = undefined
    this.element.muted = muted
    this.#play()
  }
}

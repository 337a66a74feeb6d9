import type { AliRtcError } from '../errors.js'
import { badParameter } from '../bad-parameter.js'
import type { LocalTracks } from './local-tracks.js'

/** Shows our own camera in an element, whether or not it is published. */
export class Preview {
  readonly #tracks: LocalTracks
  #element: HTMLMediaElement | undefined

  constructor(tracks: LocalTracks) {
    this.#tracks = tracks
  }

  /** Moves the picture when it is shown already. Rejects with 16974081 for what is no media element, or a device code. */
  async start(element: HTMLMediaElement): Promise<void> {
    if (typeof HTMLMediaElement === 'undefined' || !(element instanceof HTMLMediaElement)) throw badParameter('element', 'a <video> or <audio> element', element)
    this.#clear()
    this.#element = element
    const outcome = (await this.#tracks.acquire(['camera'], 'preview')).get('camera')
    if (!(outcome instanceof MediaStreamTrack)) return this.#fail(element, outcome)
    if (this.#element !== element) return // a later start has the picture
    element.autoplay = true
    element.setAttribute('playsinline', '') // or Safari on phones takes the whole screen
    element.srcObject = new MediaStream([outcome])
    element.play().catch(() => undefined) // a silent picture may start by itself; else the app's controls start it
  }

  /** Clears the element; the camera is released unless it is published. */
  stop(): void {
    this.#clear()
    this.#tracks.release('camera', 'preview')
  }

  /** The camera is gone: the element would show its last frame for ever. */
  ended(): void {
    this.#clear()
  }

  #fail(element: HTMLMediaElement, error: AliRtcError | undefined): void {
    if (this.#element === element) this.#element = undefined
    if (error !== undefined) throw error
  }

  #clear(): void {
    if (this.#element !== undefined) this.#element.srcObject = null
    this.#element = undefined
  }
}

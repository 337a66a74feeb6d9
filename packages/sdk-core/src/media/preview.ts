import type { Slot } from '@earshot/protocol'
import type { AliRtcError } from '../errors.js'
import { badParameter } from '../bad-parameter.js'
import type { LocalTracks } from './local-tracks.js'

/** Shows our own camera, or screen, in an element, whether or not it is published. */
export class Preview {
  readonly #tracks: LocalTracks
  readonly #slot: Slot
  readonly #refusal: (slot: Slot) => AliRtcError | undefined
  #element: HTMLMediaElement | undefined

  /** @param refusal why there may be none now */
  constructor(tracks: LocalTracks, slot: 'camera' | 'screen', refusal: (slot: Slot) => AliRtcError | undefined) {
    this.#tracks = tracks
    this.#slot = slot
    this.#refusal = refusal
  }

  /** Moves the picture when it is shown already. Rejects with 16974081 for what is no media element, what `refusal` says, or a device code. */
  async start(element: HTMLMediaElement): Promise<void> {
    if (typeof HTMLMediaElement === 'undefined' || !(element instanceof HTMLMediaElement)) throw badParameter('element', 'a <video> or <audio> element', element)
    const refused = this.#refusal(this.#slot)
    if (refused !== undefined) throw refused
    this.#clear()
    this.#element = element
    const outcome = (await this.#tracks.acquire([this.#slot], 'preview')).get(this.#slot)
    if (!(outcome instanceof MediaStreamTrack)) {
      if (this.#element === element) this.#element = undefined
      if (outcome !== undefined) throw outcome
    }
    if (this.#element !== element) return // a later start has the picture
    element.autoplay = true
    element.setAttribute('playsinline', '') // or Safari on phones takes the whole screen
    this.refresh()
  }

  /** Shows the track that is held by now. */
  refresh(): void {
    const track = this.#tracks.trackOf(this.#slot, 'preview')
    if (this.#element === undefined || track === undefined) return
    this.#element.srcObject = new MediaStream([track])
    this.#element.play().catch(() => undefined) // a silent picture may start by itself; else the app's controls start it
  }

  stop(): void {
    this.#clear()
    this.#tracks.release(this.#slot, 'preview')
  }

  /** The capture is gone: the element would show its last frame for ever. */
  ended(): void {
    this.#clear()
  }

  #clear(): void {
    if (this.#element !== undefined) this.#element.srcObject = null
    this.#element = undefined
  }
}

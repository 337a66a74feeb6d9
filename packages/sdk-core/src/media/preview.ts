import type { Slot } from '@earshot/protocol'
import { AliRtcError } from '../errors.js'
import { badParameter } from '../bad-parameter.js'
import { playAfterFreeze } from './after-freeze.js'
import type { LocalTracks } from './local-tracks.js'

/** Shows our own camera, or screen, in an element, whether or not it is published. */
export class Preview {
  readonly #tracks: LocalTracks
  readonly #slot: Slot
  readonly #refusal: (slot: Slot) => AliRtcError | undefined
  #element: HTMLMediaElement | undefined
  /** Aborted when the picture leaves the element. */
  #showing: AbortController | undefined

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
    this.clear()
    this.#element = element
    const { signal } = this.#showing = new AbortController()
    const outcome = (await this.#tracks.acquire([this.#slot], 'preview')).get(this.#slot)
    const latest = this.#element === element
    if (outcome instanceof AliRtcError) {
      if (latest) this.#tracks.release(this.#slot, 'preview')
      if (latest) this.#element = undefined
      throw outcome
    }
    if (!latest) return // a later start has the picture
    element.autoplay = true
    element.setAttribute('playsinline', '') // or Safari on phones takes the whole screen
    playAfterFreeze(element, () => { this.#play() }, signal)
    this.refresh()
  }

  /** Shows the track that is held by now; nothing while the device is waited for, rather than its last frame. */
  refresh(): void {
    if (this.#element === undefined) return
    const track = this.#tracks.trackOf(this.#slot, 'preview')
    this.#element.srcObject = track === undefined ? null : new MediaStream([track])
    if (track !== undefined) this.#play()
  }

  stop(): void {
    this.clear()
    this.#tracks.release(this.#slot, 'preview')
  }

  /** The capture is gone for good: the element would show its last frame for ever. */
  clear(): void {
    if (this.#element !== undefined) this.#element.srcObject = null
    this.#element = undefined
    this.#showing?.abort()
  }

  #play(): void {
    this.#element?.play().catch(() => undefined) // a silent picture may start by itself; else the app's controls start it
  }
}

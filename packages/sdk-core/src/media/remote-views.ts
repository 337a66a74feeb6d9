import { slotOf, type Slot, type StreamLabel } from '@earshot/protocol'
import type { AliRtcError } from '../errors.js'
import { playError } from './device-errors.js'
import { MediaOutlet } from './media-outlet.js'
import { routes, type Outlet } from './playback-routes.js'

interface RemoteUser {
  readonly tracks: Map<Slot, MediaStreamTrack>
  readonly outlets: Map<Outlet, MediaOutlet>
}

/** The media of the others: which tracks have arrived, and where they are played. */
export class RemoteViews {
  readonly #users = new Map<string, RemoteUser>()
  readonly #labels = new WeakMap<MediaStreamTrack, StreamLabel>()
  readonly #onError: (error: AliRtcError) => void

  /** @param onError playback was refused: 10200 or 10201, with `userId` */
  constructor(onError: (error: AliRtcError) => void) {
    this.#onError = onError
  }

  audioTrackOf(userId: string): MediaStreamTrack | undefined {
    return this.#users.get(userId)?.tracks.get('audio')
  }

  /** Undefined for a track that never came from here. */
  labelOf(track: MediaStreamTrack): StreamLabel | undefined {
    return this.#labels.get(track)
  }

  /** A track arrived, or carries another camera layer now. */
  add(userId: string, label: StreamLabel, track: MediaStreamTrack): void {
    this.#labels.set(track, label)
    this.#user(userId).tracks.set(slotOf(label), track)
    this.#route(userId)
  }

  remove(userId: string, label: StreamLabel, track: MediaStreamTrack): void {
    const tracks = this.#users.get(userId)?.tracks
    if (tracks?.get(slotOf(label)) !== track) return
    tracks.delete(slotOf(label))
    this.#route(userId)
  }

  /** Shows a user's camera or screen in an element, which shows nothing else from then on. */
  display(userId: string, kind: 'camera' | 'screen', element: HTMLMediaElement): void {
    const { outlets } = this.#user(userId)
    if (outlets.get(kind)?.element === element) return
    this.#detach(element)
    outlets.get(kind)?.close()
    outlets.set(kind, this.#outlet(userId, element))
    this.#route(userId)
  }

  /** The user left: its views show nothing any more. */
  forget(userId: string): void {
    for (const outlet of this.#users.get(userId)?.outlets.values() ?? []) outlet.close()
    this.#users.delete(userId)
  }

  clear(): void {
    for (const userId of this.#users.keys()) this.forget(userId)
  }

  #user(userId: string): RemoteUser {
    const user = this.#users.get(userId) ?? { tracks: new Map(), outlets: new Map() }
    this.#users.set(userId, user)
    return user
  }

  #detach(element: HTMLMediaElement): void {
    for (const [userId, { outlets }] of this.#users) {
      for (const [kind, outlet] of outlets) {
        if (outlet.element !== element) continue
        outlet.close()
        outlets.delete(kind)
        this.#route(userId)
      }
    }
  }

  #route(userId: string): void {
    const { tracks, outlets } = this.#user(userId)
    const played = routes(new Set(outlets.keys()))
    if (played.hidden.some((slot) => tracks.has(slot)) && !outlets.has('hidden')) outlets.set('hidden', this.#outlet(userId, new Audio()))
    for (const [kind, outlet] of outlets) outlet.show(played[kind].flatMap((slot) => tracks.get(slot) ?? []))
  }

  #outlet(userId: string, element: HTMLMediaElement): MediaOutlet {
    return new MediaOutlet(element, (cause) => {
      const error = playError(userId, cause)
      if (error !== undefined) this.#onError(error)
    })
  }
}

import { ERROR_AUTOPLAY_ERROR, slotOf, type Slot, type StreamLabel } from '@earshot/protocol'
import type { AliRtcError } from '../errors.js'
import { TaskQueue } from '../task-queue.js'
import { playOn } from './audio-output.js'
import { playError } from './device-errors.js'
import { MediaOutlet } from './media-outlet.js'
import { EVERYBODY, type Playback } from './playback.js'
import { routes, type Outlet } from './playback-routes.js'
import { SLOTS } from './publish-plan.js'

interface RemoteUser {
  readonly tracks: Map<Slot, MediaStreamTrack>
  readonly outlets: Map<Outlet, MediaOutlet>
}

export interface RemoteViewsOptions {
  /** Playback was refused, 10200 or 10201 with `userId`, told once until a gesture allows it; or a new element cannot use the chosen output, 10030. */
  readonly onError: (error: AliRtcError) => void
  /** How loud a user is played from now on. */
  readonly playbackOf: (userId: string) => Playback
  /** Whether sound is played without a view. */
  readonly unseen: () => boolean
}

/** The media of the others: which tracks have arrived, and where they are played. */
export class RemoteViews {
  readonly #options: RemoteViewsOptions
  readonly #users = new Map<string, RemoteUser>()
  readonly #labels = new WeakMap<MediaStreamTrack, StreamLabel>()
  /** The last choice is the one that stays. */
  readonly #choices = new TaskQueue()
  #output: string | undefined

  constructor(options: RemoteViewsOptions) {
    this.#options = options
  }

  audioTrackOf(userId: string): MediaStreamTrack | undefined {
    return this.#users.get(userId)?.tracks.get('audio')
  }

  /** Audio, camera, screen, as far as they are there. */
  tracksOf(userId: string): readonly MediaStreamTrack[] {
    const tracks = this.#users.get(userId)?.tracks
    return SLOTS.flatMap((slot) => tracks?.get(slot) ?? [])
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

  /** @param userId or `EVERYBODY` */
  setPlayback(userId: string | typeof EVERYBODY, playback: Partial<Playback>): void {
    for (const outlet of this.#outlets(userId)) outlet.set(playback)
  }

  /** Where everybody is heard from now on. Rejects with 10030 or 10040 as `playOn`; then nothing has changed. */
  setOutput(deviceId: string): Promise<void> {
    return this.#choices.run(async () => {
      await playOn(new Audio(), deviceId)
      this.#output = deviceId
      await Promise.all(this.#outlets(EVERYBODY).map((outlet) => playOn(outlet.element, deviceId)))
    })
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

  #outlets(userId: string | typeof EVERYBODY): MediaOutlet[] {
    return [...this.#users].flatMap(([id, { outlets }]) => (userId === EVERYBODY || id === userId ? [...outlets.values()] : []))
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
    const played = routes(new Set(outlets.keys()), this.#options.unseen())
    if (played.hidden.some((slot) => tracks.has(slot)) && !outlets.has('hidden')) outlets.set('hidden', this.#outlet(userId, new Audio()))
    for (const [kind, outlet] of outlets) outlet.show(played[kind].flatMap((slot) => tracks.get(slot) ?? []))
  }

  #outlet(userId: string, element: HTMLMediaElement): MediaOutlet {
    const { onError, playbackOf } = this.#options
    const outlet = new MediaOutlet(element, (cause) => {
      const error = playError(userId, cause)
      const isKnown = this.#outlets(userId).some((other) => other !== outlet && other.isMissed)
      if (error !== undefined && !(isKnown && error.code === ERROR_AUTOPLAY_ERROR)) onError(error)
    })
    const { muted, volume } = playbackOf(userId)
    // Where nothing was chosen, what the app did to its element counts
    outlet.set({ ...(muted ? { muted } : {}), ...(volume < 1 ? { volume } : {}) })
    if (this.#output !== undefined) playOn(element, this.#output).catch(onError)
    return outlet
  }
}

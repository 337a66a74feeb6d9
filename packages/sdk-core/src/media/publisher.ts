import { ERROR_FREQUENTLY_OPERATION, ERROR_NOT_IN_CHANNEL, type Slot } from '@earshot/protocol'
import { AliRtcError } from '../errors.js'
import type { ChannelLink, PublishOptions } from '../link/channel-link.js'
import { AUDIO_MAX_BITRATE, CAMERA, SCREEN } from './capture.js'
import { endedError } from './device-errors.js'
import type { LocalTracks } from './local-tracks.js'
import { judgeCaptures, planPublish, SLOTS, type PublishPlan } from './publish-plan.js'

export interface PublisherOptions {
  readonly tracks: LocalTracks
  readonly onError: (error: AliRtcError) => void
  /** What is sent changed. */
  readonly onChange: () => void
  /** A mute was announced. */
  readonly onMuted: () => void
}

const sendOptions: Readonly<Record<Slot, Omit<PublishOptions, 'muted'>>> = {
  audio: { maxBitrate: AUDIO_MAX_BITRATE },
  camera: { maxBitrate: CAMERA.maxBitrate, maxFramerate: CAMERA.frameRate },
  screen: { maxBitrate: SCREEN.maxBitrate, maxFramerate: SCREEN.frameRate },
}

/** Applies the three publish flags to a link: captures, sends, mutes, stops. */
export class Publisher {
  /** The flags, `configLocal*Publish`. */
  readonly wanted: Record<Slot, boolean> = { audio: true, camera: true, screen: false }
  readonly #options: PublisherOptions
  readonly #sending = new Set<Slot>()
  readonly #muted = new Set<Slot>()
  #sticky = false
  /** The connection was lost: what is sent reaches nobody. */
  #stale = false
  #link: ChannelLink | undefined
  /** A call of the app. */
  #pending: Promise<void> | undefined
  /** What we announce by ourselves. */
  #announcing: Promise<void> | undefined

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  /** What is sent now. */
  get sending(): ReadonlySet<Slot> {
    return this.#sending
  }

  trackOf(slot: Slot): MediaStreamTrack | undefined {
    return this.#sending.has(slot) ? this.#options.tracks.trackOf(slot, 'publish') : undefined
  }

  /** From now on over this link, or none: everything is released, nothing is announced. */
  attach(link: ChannelLink | undefined): void {
    this.#link = link
    this.#stale = false
    this.#sticky = false
    this.#release(SLOTS)
  }

  /** Rejects with 10500 while a call is pending, 10400, a device code, or what the link rejects with; then what was sent goes on. */
  publish(): Promise<void> {
    return this.#exclusively((link) => this.#apply(link, new Set(SLOTS.filter((slot) => this.wanted[slot]))))
  }

  /** Stops sending; the flags stay. Rejects as `publish`. */
  unPublish(): Promise<void> {
    return this.#exclusively((link) => this.#apply(link, new Set()))
  }

  /** False when that kind is not sent. @param sticky a mute that survives a re-publish */
  mute(slot: 'audio' | 'camera', muted: boolean, sticky?: boolean): boolean {
    const track = this.trackOf(slot)
    const link = this.#link
    if (track === undefined || link === undefined) return false
    if (slot === 'audio') this.#sticky = muted && (sticky ?? this.#sticky)
    if (muted === this.#muted.has(slot)) return true
    track.enabled = !muted
    if (muted) this.#muted.add(slot)
    else this.#muted.delete(slot)
    link.setMuted(slot, muted).then(() => { if (this.#link === link) this.#options.onMuted() }, (error: unknown) => this.#report(link, error))
    return true
  }

  /** The connection that sends was lost: the next `publish` sends everything again. */
  markLost(): void {
    this.#stale = this.#sending.size > 0
  }

  /** A capture ended by itself: says so, and tells the others that the slot is no longer sent. */
  async ended(slot: Slot): Promise<void> {
    if (slot === 'screen') this.wanted.screen = false
    this.#options.onError(endedError(slot))
    const link = this.#link
    while ((this.#pending ?? this.#announcing) !== undefined) await (this.#pending ?? this.#announcing)?.catch(() => undefined)
    if (this.#link !== link || link === undefined || !this.#sending.has(slot)) return
    this.#announcing = this.#send(link, [], [slot])
      .catch((error: unknown) => this.#report(link, error))
      .finally(() => { this.#announcing = undefined })
    await this.#announcing
  }

  async #exclusively(task: (link: ChannelLink) => Promise<void>): Promise<void> {
    if (this.#pending !== undefined) throw new AliRtcError(ERROR_FREQUENTLY_OPERATION, 'the previous publish is still pending')
    const link = this.#link
    if (link === undefined) throw notInChannel()
    // Without delay where possible: the screen picker must open in the turn of the user's click
    const pending = this.#announcing === undefined ? task(link) : this.#announcing.then(() => task(link))
    this.#pending = pending
    try {
      await pending
    } catch (error) {
      // Whatever the end of the session broke first, a capture or a negotiation: the app left
      throw this.#link === link ? error : notInChannel()
    } finally {
      this.#pending = undefined
    }
  }

  async #apply(link: ChannelLink, wanted: ReadonlySet<Slot>): Promise<void> {
    const plan = planPublish(wanted, this.#sending, this.#stale)
    if (plan.start.length + plan.stop.length === 0) return
    const fresh = plan.start.filter((slot) => !this.#sending.has(slot))
    try {
      const start = await this.#capture(link, plan)
      await this.#send(link, start, plan.stop)
      this.#stale = false
    } catch (error) {
      // Another link's captures are none of ours
      if (this.#link === link) for (const slot of fresh) this.#options.tracks.release(slot, 'publish')
      throw error
    }
  }

  /** Resolves with the slots that can start; reports those that cannot where that stops nothing. */
  async #capture(link: ChannelLink, plan: PublishPlan): Promise<readonly Slot[]> {
    const captured = plan.start.length > 0 ? await this.#options.tracks.acquire(plan.start, 'publish') : new Map<Slot, never>()
    if (this.#link !== link) throw notInChannel()
    const failures = new Map([...captured].flatMap(([slot, outcome]) => (outcome instanceof AliRtcError ? [[slot, outcome] as const] : [])))
    const verdict = judgeCaptures(plan, this.#sending, failures)
    for (const slot of verdict.cancelled) this.wanted[slot] = false
    for (const error of verdict.report) this.#options.onError(error)
    if (verdict.type === 'reject') throw verdict.error
    return verdict.start
  }

  /** All in one turn, so that the others hear of it once. */
  async #send(link: ChannelLink, start: readonly Slot[], stop: readonly Slot[]): Promise<void> {
    // A capture may have ended since it began
    const started = start.flatMap((slot) => {
      const track = this.#options.tracks.trackOf(slot, 'publish')
      return track === undefined ? [] : [{ slot, track }]
    })
    await Promise.all([
      ...started.map(({ slot, track }) => link.publishTrack(slot, track, { ...sendOptions[slot], muted: this.#remute(slot, track) })),
      ...stop.map((slot) => link.unpublish(slot)),
    ])
    if (this.#link !== link) throw notInChannel() // left meanwhile: all is released
    for (const { slot } of started) this.#sending.add(slot)
    this.#release(stop)
    this.#options.onChange()
  }

  /** A slot that starts is not muted, but for a sticky mute; one that is sent again keeps its mute. */
  #remute(slot: Slot, track: MediaStreamTrack): boolean {
    const muted = (this.#sending.has(slot) && this.#muted.has(slot)) || (slot === 'audio' && this.#sticky)
    track.enabled = !muted
    if (muted) this.#muted.add(slot)
    return muted
  }

  #release(slots: readonly Slot[]): void {
    for (const slot of slots) {
      this.#sending.delete(slot)
      this.#muted.delete(slot)
      this.#options.tracks.release(slot, 'publish')
    }
  }

  /** Nobody's call failed; and the end of a session fails everything, which needs no words. */
  #report(link: ChannelLink, error: unknown): void {
    if (this.#link === link && error instanceof AliRtcError) this.#options.onError(error)
  }
}

function notInChannel(): AliRtcError {
  return new AliRtcError(ERROR_NOT_IN_CHANNEL, 'the engine is not in a channel (any more)')
}

import { ERROR_FREQUENTLY_OPERATION, ERROR_NOT_IN_CHANNEL, ERROR_OPTIONS_ENABLECAMERA, type Slot } from '@earshot/protocol'
import { AliRtcError } from '../errors.js'
import type { ChannelLink, PublishOptions } from '../link/channel-link.js'
import type { HeldAudioContext } from '../reports/shared-audio-context.js'
import { endedError } from './device-errors.js'
import type { LocalTracks } from './local-tracks.js'
import { judgeCaptures, permitted, planPublish, SLOTS, type PublishPlan } from './publish-plan.js'
import { SoundMix } from './sound-mix.js'

export interface PublisherOptions {
  readonly tracks: LocalTracks
  /** Why a slot may not be sent, by what the app has chosen. */
  readonly refusal: (slot: Slot) => AliRtcError | undefined
  /** How a slot is encoded. @param own what a track of the app's own is like */
  readonly encoding: (slot: Slot, own: MediaTrackSettings | undefined) => Omit<PublishOptions, 'muted'>
  /** For mixing; asked when it is needed. */
  readonly holdContext: () => HeldAudioContext
  readonly onError: (error: AliRtcError) => void
  /** What is sent changed. */
  readonly onChange: () => void
  /** A mute was announced. */
  readonly onMuted: () => void
  /** The sound shared with the screen began to be sent. */
  readonly onSharedSound: () => void
}

/** Applies the three publish flags to a link: captures, sends, mutes, stops. */
export class Publisher {
  readonly #wanted: Record<Slot, boolean> = { audio: true, camera: true, screen: false }
  /** On by default and refused: left out until the app asks for them itself. */
  readonly #skipped = new Set<Slot>()
  readonly #options: PublisherOptions
  readonly #sending = new Set<Slot>()
  readonly #muted = new Set<Slot>()
  /** The app's own tracks, sent in place of captures. */
  readonly #external = new Map<Slot, MediaStreamTrack>()
  #sticky = false
  /** Sent as audio while a screen with sound is shared. */
  #mix: SoundMix | undefined
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

  /** The flags, `configLocal*Publish`. */
  get wanted(): Readonly<Record<Slot, boolean>> {
    return this.#wanted
  }

  want(slot: Slot, on: boolean): void {
    this.#wanted[slot] = on
    this.#skipped.delete(slot)
  }

  /** For the next publication; the caller sees to it that there is none now. Never stopped by us. */
  setExternal(slot: Slot, track: MediaStreamTrack | null): void {
    this.#external.delete(slot)
    if (track === null) return
    this.#external.set(slot, track)
    track.addEventListener('ended', () => {
      if (this.#external.get(slot) !== track || !this.#external.delete(slot)) return
      if (this.#sending.has(slot)) void this.ended(slot, endedError(slot))
    })
  }

  /** What is sent now. */
  get sending(): ReadonlySet<Slot> {
    return this.#sending
  }

  /** Something is sent, or waits for its device to be sent again. */
  get active(): boolean {
    return SLOTS.some((slot) => this.#sending.has(slot) || this.#options.tracks.awaits(slot, 'publish'))
  }

  trackOf(slot: Slot): MediaStreamTrack | undefined {
    return this.#sending.has(slot) ? this.#trackFor(slot) : undefined
  }

  /** From now on over this link, or none: everything is released, nothing is announced. */
  attach(link: ChannelLink | undefined): void {
    this.#link = link
    this.#stale = false
    this.#sticky = false
    this.#release(SLOTS)
  }

  /** Rejects with 10500 while a call is pending, what `refusal` says, 10400, a device code, or what the link rejects with; then what was sent goes on. */
  publish(): Promise<void> {
    return this.#exclusively((link) => {
      // A picture of the app's own opens no camera; but in audio-only mode there is none at all
      const refusal = (slot: Slot): AliRtcError | undefined => {
        const refused = this.#options.refusal(slot)
        return refused?.code === ERROR_OPTIONS_ENABLECAMERA && this.#external.has(slot) ? undefined : refused
      }
      const verdict = permitted(new Set(SLOTS.filter((slot) => this.#wanted[slot])), this.#sending, this.#skipped, refusal)
      if (verdict instanceof AliRtcError) return Promise.reject(verdict)
      for (const slot of verdict.skip) this.#skipped.add(slot)
      return this.#apply(link, verdict.wanted)
    })
  }

  /** Stops sending; the flags stay. Rejects as `publish`. */
  unPublish(): Promise<void> {
    return this.#exclusively((link) => this.#apply(link, new Set()))
  }

  /** False when that kind is neither sent nor waits for its device. @param sticky a mute that survives a re-publish */
  mute(slot: 'audio' | 'camera', muted: boolean, sticky?: boolean): boolean {
    const track = this.trackOf(slot)
    if (track === undefined && !this.#options.tracks.awaits(slot, 'publish')) return false
    if (slot === 'audio') this.#sticky = muted && (sticky ?? this.#sticky)
    if (muted === this.#muted.has(slot)) return true
    if (track !== undefined) track.enabled = !muted
    if (muted) this.#muted.add(slot)
    else this.#muted.delete(slot)
    this.announceMute(slot)
    return true
  }

  /** What we, or the system, silenced. */
  announceMute(slot: 'audio' | 'camera'): void {
    const [track, link] = [this.trackOf(slot), this.#link]
    if (track === undefined || link === undefined) return // it comes muted, if it comes
    const muted = this.#muted.has(slot) || track.muted
    link.setMuted(slot, muted).then(() => { if (this.#link === link) this.#options.onMuted() }, (error: unknown) => this.#report(link, error))
  }

  /** The connection that sends was lost: the next `publish` sends everything again. */
  markLost(): void {
    this.#stale = this.#sending.size > 0
  }

  /** A track ended by itself: says so, and where there is no other tells the others that the slot is no longer sent. */
  async ended(slot: Slot, error: AliRtcError, recovered?: Promise<void>): Promise<void> {
    if (slot === 'screen') this.want(slot, false)
    this.#options.onError(error)
    await recovered
    await this.#byItself(slot, () => this.#sending.has(slot) && this.#trackFor(slot, false) === undefined, [], [slot])
  }

  /** The slot's track, or how it is encoded, is another by now: the others see no more of it than the picture; or it is there again. */
  async renew(slot: Slot): Promise<void> {
    await this.#byItself(slot, () => this.#sending.has(slot) || this.#options.tracks.trackOf(slot, 'publish') !== undefined, [slot], [])
  }

  /** Once no call is under way, if it is due then. */
  async #byItself(slot: Slot, due: () => boolean, start: readonly Slot[], stop: readonly Slot[]): Promise<void> {
    const link = this.#link
    while ((this.#pending ?? this.#announcing) !== undefined) await (this.#pending ?? this.#announcing)?.catch(() => undefined)
    if (this.#link !== link || link === undefined || !due()) return
    this.#announcing = this.#send(link, start, stop, this.#options.tracks.awaits(slot, 'publish'))
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
    const { tracks } = this.#options
    const plan = planPublish(wanted, this.#sending, this.#stale)
    this.#release(SLOTS.filter((slot) => !wanted.has(slot) && !this.#sending.has(slot))) // no more waiting for it
    if (plan.start.length + plan.stop.length === 0) return
    const fresh = plan.start.filter((slot) => !this.#sending.has(slot))
    const awaited = fresh.filter((slot) => tracks.awaits(slot, 'publish'))
    try {
      const start = await this.#capture(link, plan)
      await this.#send(link, start, plan.stop)
      this.#stale = false
    } catch (error) {
      // Another link's captures are none of ours
      if (this.#link === link) this.#release(fresh.filter((slot) => !awaited.includes(slot) || !tracks.awaits(slot, 'publish')))
      throw error
    }
  }

  /** Resolves with the slots that can start; reports those that cannot where that stops nothing. */
  async #capture(link: ChannelLink, plan: PublishPlan): Promise<readonly Slot[]> {
    const own = plan.start.filter((slot) => !this.#external.has(slot))
    const captured = own.length > 0 ? await this.#options.tracks.acquire(own, 'publish') : new Map<Slot, never>()
    if (this.#link !== link) throw notInChannel()
    const ended = plan.start.filter((slot) => this.#external.get(slot)?.readyState === 'ended' && this.#external.delete(slot))
    const failures = new Map<Slot, AliRtcError>(ended.map((slot) => [slot, endedError(slot)]))
    for (const [slot, outcome] of captured) if (outcome instanceof AliRtcError) failures.set(slot, outcome)
    const verdict = judgeCaptures(plan, this.#sending, failures)
    for (const slot of verdict.cancelled) this.want(slot, false)
    for (const error of verdict.report) this.#options.onError(error)
    if (verdict.error !== undefined) throw verdict.error
    return verdict.start
  }

  /** All in one turn, so that the others hear of it once. @param wait for what stops to come again, muted as it was */
  async #send(link: ChannelLink, start: readonly Slot[], stop: readonly Slot[], wait = false): Promise<void> {
    // A capture may have ended since it began
    const alive = start.filter((slot) => this.#trackFor(slot, false) !== undefined)
    const before = this.#mix
    this.#mix = this.#mixFor(new Set([...this.#sending, ...alive].filter((slot) => !stop.includes(slot))))
    const remixed = this.#mix !== before && this.#sending.has('audio') && !stop.includes('audio') && !alive.includes('audio')
    if (remixed) alive.push('audio')
    try {
      await Promise.all([
        ...alive.map((slot) => this.#publishTrack(link, slot)),
        ...stop.map((slot) => link.unpublish(slot)),
      ])
    } catch (error) {
      if (this.#mix !== before) (this.#link === link ? this.#mix : before)?.close()
      if (this.#link === link) this.#mix = before // what was sent goes on
      throw error
    }
    if (this.#mix !== before) before?.close()
    if (this.#link !== link) throw notInChannel() // left meanwhile: all is released
    for (const slot of alive) this.#sending.add(slot)
    if (wait) for (const slot of stop) this.#sending.delete(slot)
    this.#release(wait ? [] : stop)
    this.#options.onChange()
    if (this.#mix !== undefined && this.#mix.sound !== before?.sound) this.#options.onSharedSound()
  }

  async #publishTrack(link: ChannelLink, slot: Slot): Promise<void> {
    const track = this.#trackFor(slot)
    if (track === undefined) return
    const options = this.#options.encoding(slot, this.#external.get(slot)?.getSettings())
    await link.publishTrack(slot, track, { ...options, muted: this.#remute(slot, track) })
  }

  #trackFor(slot: Slot, mixed = true): MediaStreamTrack | undefined {
    return (mixed && slot === 'audio' ? this.#mix?.track : undefined) ?? this.#external.get(slot) ?? this.#options.tracks.trackOf(slot, 'publish')
  }

  /** A screen's sound needs our audio to travel with. */
  #mixFor(sending: ReadonlySet<Slot>): SoundMix | undefined {
    const { tracks, holdContext } = this.#options
    const [microphone, sound] = [this.#trackFor('audio', false), tracks.sound]
    if (!sending.has('audio') || !sending.has('screen') || microphone === undefined || sound === undefined) return undefined
    if (this.#mix?.microphone === microphone && this.#mix.sound === sound) return this.#mix
    return new SoundMix(holdContext(), microphone, sound)
  }

  /** A slot that starts is not muted, but for a sticky mute; one that is sent again keeps its mute. True also where the system mutes it. */
  #remute(slot: Slot, track: MediaStreamTrack): boolean {
    const muted = this.#muted.has(slot) || (slot === 'audio' && this.#sticky)
    // What the app silenced itself it also lets speak again
    if (muted || this.#external.get(slot) !== track) track.enabled = !muted
    if (muted) this.#muted.add(slot)
    return muted || track.muted
  }

  #release(slots: readonly Slot[]): void {
    const { tracks } = this.#options
    const before = this.#sending.size
    for (const slot of slots) {
      const external = this.#external.get(slot)
      if (external !== undefined && this.#muted.has(slot)) external.enabled = true // the app gets it back as it was
      this.#sending.delete(slot)
      this.#muted.delete(slot)
      tracks.release(slot, 'publish')
    }
    if (!this.#sending.has('audio') || !this.#sending.has('screen')) {
      this.#mix?.close()
      this.#mix = undefined
    }
    if (before > 0 && this.#sending.size === 0) this.#external.clear() // as the original: they are set anew before the next publish
  }

  /** Nobody's call failed; and the end of a session fails everything, which needs no words. */
  #report(link: ChannelLink, error: unknown): void {
    if (this.#link === link && error instanceof AliRtcError) this.#options.onError(error)
  }
}

function notInChannel(): AliRtcError {
  return new AliRtcError(ERROR_NOT_IN_CHANNEL, 'not in a channel')
}

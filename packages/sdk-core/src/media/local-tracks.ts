import { ERROR_DEVICE_AUDIODEVICENOTREADABLE, ERROR_DEVICE_VIDEODEVICENOTREADABLE, ERROR_WRONG_STATE, type Slot } from '@earshot/protocol'
import { AliRtcError } from '../errors.js'
import type { Captured, Captures } from './capture.js'
import { endedError } from './device-errors.js'

export type TrackUser = 'preview' | 'publish'

export interface LocalTracksOptions {
  /** Never rejects. @param user decides the size of a picture */
  readonly capture: (slots: readonly Slot[], user: TrackUser) => Promise<Captures>
  /** What a user's picture is to be like where it shares the other's capture. */
  readonly shape: (slot: 'camera' | 'screen', user: TrackUser) => MediaTrackConstraints
  /** A track ended that was not released: unplugged, or stopped by the user. Nobody holds it any more. */
  readonly onEnded: (slot: Slot, error: AliRtcError) => void
}

/** Somebody waits for a capture. */
interface Ticket {
  readonly slot: Slot
  readonly user: TrackUser
}

/** A device that another capture holds: on phones, and for some drivers, even our own of another device. */
const busy: readonly number[] = [ERROR_DEVICE_AUDIODEVICENOTREADABLE, ERROR_DEVICE_VIDEODEVICENOTREADABLE]

/**
 * What is captured, and who uses it. Each user gets a track of its own of one capture, so that silencing one does not blacken
 * the other; the device is released with its last user's track. A track that the app brought takes the place of the capture.
 */
export class LocalTracks {
  readonly #options: LocalTracksOptions
  readonly #held: Readonly<Record<Slot, Map<TrackUser, MediaStreamTrack>>> = { audio: new Map(), camera: new Map(), screen: new Map() }
  /** `release` takes a ticket out; what is captured for it then is stopped. */
  readonly #waiting = new Set<Ticket>()
  /** Captures of one slot follow each other, so that the second user finds the first one's track. */
  readonly #opening = new Map<Slot, Promise<unknown>>()
  /** The app's tracks. */
  readonly #external = new Map<Slot, MediaStreamTrack>()
  /** The app's tracks, not ours to stop, and clones of them, which are. */
  readonly #foreign = new WeakMap<MediaStreamTrack, 'original' | 'clone'>()
  #sound: MediaStreamTrack | undefined

  constructor(options: LocalTracksOptions) {
    this.#options = options
  }

  /** What the user shares with the screen. */
  get sound(): MediaStreamTrack | undefined {
    return this.#sound
  }

  trackOf(slot: Slot, user: TrackUser): MediaStreamTrack | undefined {
    return this.#held[slot].get(user)
  }

  /** Whether the app brought the track; without one, whether it would be the next one of that slot. */
  isExternal(slot: Slot, track?: MediaStreamTrack): boolean {
    return track === undefined ? this.#external.has(slot) : this.#foreign.has(track)
  }

  /** From the next `acquire` on. Never stopped by us. */
  setExternal(slot: Slot, track: MediaStreamTrack | null): void {
    if (track === null) this.#external.delete(slot)
    else this.#external.set(slot, track)
  }

  forgetExternal(): void {
    this.#external.clear()
  }

  /** Captures what is not captured yet; never rejects. A slot released meanwhile has 16974340 as its outcome. */
  async acquire(slots: readonly Slot[], user: TrackUser): Promise<ReadonlyMap<Slot, Captured>> {
    const tickets = slots.map((slot) => ({ slot, user }))
    for (const ticket of tickets) this.#waiting.add(ticket)
    return this.#inTurn(slots, () => this.#open(tickets, user))
  }

  /**
   * Captures a slot anew, as the app wants it by now, for all who hold a capture of it. Resolves with what they held, to stop
   * once it is replaced everywhere; with an error when nothing changed.
   */
  swap(slot: Slot): Promise<readonly MediaStreamTrack[] | AliRtcError> {
    return this.#inTurn([slot], () => this.#renew(slot))
  }

  /** Pictures are to be like `shape` says by now, as far as the device can. */
  async reshape(slot: 'camera' | 'screen'): Promise<void> {
    await Promise.all([...this.#held[slot]].map(([user, track]) => this.#fit(slot, user, track)))
  }

  /** Stops the user's track of a slot, or lets go of a capture that is under way. */
  release(slot: Slot, user: TrackUser): void {
    for (const ticket of this.#waiting) if (ticket.slot === slot && ticket.user === user) this.#waiting.delete(ticket)
    const track = this.#held[slot].get(user)
    this.#held[slot].delete(user)
    if (track !== undefined) this.#stop(track)
    this.#releaseSound()
  }

  /** Not before the captures of these slots are through; without any, in this very turn, which the screen picker needs. */
  async #inTurn<Result>(slots: readonly Slot[], task: () => Promise<Result>): Promise<Result> {
    const before = slots.flatMap((slot) => this.#opening.get(slot) ?? [])
    const opening = before.length > 0 ? Promise.all(before).then(task) : task()
    for (const slot of slots) this.#opening.set(slot, opening)
    const result = await opening
    for (const slot of slots) if (this.#opening.get(slot) === opening) this.#opening.delete(slot)
    return result
  }

  async #open(tickets: readonly Ticket[], user: TrackUser): Promise<ReadonlyMap<Slot, Captured>> {
    const missing = tickets.map(({ slot }) => slot).filter((slot) => !this.#external.has(slot) && this.#anyOf(slot) === undefined)
    const captured: Captures = missing.length > 0 ? await this.#options.capture(missing, user) : new Map()
    const shares = new Map(tickets.map((ticket) => [ticket.slot, this.#share(ticket, captured.get(ticket.slot))]))
    this.#keepSound(captured.get('sound'))
    for (const [slot, share] of shares) {
      if (slot !== 'audio' && !missing.includes(slot) && share instanceof MediaStreamTrack) await this.#fit(slot, user, share)
    }
    return shares
  }

  #share(ticket: Ticket, captured: Captured | undefined): Captured {
    const { slot, user } = ticket
    const own = this.#held[slot].get(user)
    if (captured === undefined && own?.readyState === 'live' && this.#waiting.delete(ticket)) return own
    const track = captured ?? this.#lend(ticket) ?? this.#anyOf(slot)?.clone()
    if (track === undefined || !this.#waiting.delete(ticket)) {
      if (track instanceof MediaStreamTrack) this.#stop(track)
      return new AliRtcError(ERROR_WRONG_STATE, `the capture of ${slot} was released before it began`)
    }
    if (track instanceof MediaStreamTrack) this.#hold(ticket, track)
    return track
  }

  /** The app's own is sent, so that it may silence it itself; a preview of it has a clone, which a mute does not blacken. */
  #lend({ slot, user }: Ticket): Captured | undefined {
    const track = this.#external.get(slot)
    if (track?.readyState === 'ended') {
      this.#external.delete(slot)
      return endedError(slot)
    }
    const lent = user === 'publish' ? track : track?.clone()
    if (lent !== undefined) this.#foreign.set(lent, lent === track ? 'original' : 'clone')
    return lent
  }

  #hold({ slot, user }: Ticket, track: MediaStreamTrack): void {
    if (this.#foreign.get(track) !== 'original') track.enabled = true // a clone of a silenced track is silent
    this.#held[slot].set(user, track)
    track.addEventListener('ended', () => { this.#end(slot, track) }, { once: true })
  }

  async #renew(slot: Slot): Promise<readonly MediaStreamTrack[] | AliRtcError> {
    const [first] = this.#captured(slot)
    if (first === undefined) return []
    let outcome = (await this.#options.capture([slot], first.user)).get(slot)
    if (outcome instanceof AliRtcError && busy.includes(outcome.code)) {
      for (const { track } of this.#captured(slot)) track.stop()
      outcome = (await this.#options.capture([slot], first.user)).get(slot)
      if (outcome instanceof AliRtcError) {
        this.#lose(slot, this.#captured(slot), outcome)
        return []
      }
    }
    if (!(outcome instanceof MediaStreamTrack)) return outcome ?? []
    return this.#replace(slot, outcome)
  }

  async #replace(slot: Slot, capture: MediaStreamTrack): Promise<readonly MediaStreamTrack[]> {
    const holders = this.#captured(slot) // some may have gone meanwhile
    if (holders.length === 0) capture.stop()
    for (const [index, { user, track }] of holders.entries()) {
      const fresh = index === 0 ? capture : capture.clone()
      this.#hold({ slot, user }, fresh)
      fresh.enabled = track.enabled
    }
    if (slot !== 'audio') await this.reshape(slot)
    return holders.map(({ track }) => track)
  }

  #end(slot: Slot, track: MediaStreamTrack): void {
    if (![...this.#held[slot].values()].includes(track)) return
    const foreign = this.#foreign.has(track)
    if (foreign) this.#external.delete(slot)
    // The other user's track ends with the device: one report is enough
    this.#lose(slot, this.#holders(slot).filter((holder) => this.#foreign.has(holder.track) === foreign), endedError(slot))
  }

  #lose(slot: Slot, holders: readonly { readonly user: TrackUser; readonly track: MediaStreamTrack }[], error: AliRtcError): void {
    for (const { user, track } of holders) {
      this.#stop(track)
      this.#held[slot].delete(user)
    }
    this.#releaseSound()
    this.#options.onEnded(slot, error)
  }

  /** Where the device or the browser cannot, the picture stays as it is. */
  async #fit(slot: 'camera' | 'screen', user: TrackUser, track: MediaStreamTrack): Promise<void> {
    if (!this.#foreign.has(track)) await track.applyConstraints(this.#options.shape(slot, user)).catch(() => undefined)
  }

  #keepSound(sound: Captured | undefined): void {
    if (!(sound instanceof MediaStreamTrack)) return
    this.#sound?.stop()
    this.#sound = sound
    this.#releaseSound()
  }

  /** The sound goes with the screen. */
  #releaseSound(): void {
    if (this.#anyOf('screen') !== undefined) return
    this.#sound?.stop()
    this.#sound = undefined
  }

  /** Stopping fires no `ended`. */
  #stop(track: MediaStreamTrack): void {
    if (this.#foreign.get(track) !== 'original') track.stop()
  }

  #holders(slot: Slot): readonly { readonly user: TrackUser; readonly track: MediaStreamTrack }[] {
    return [...this.#held[slot]].map(([user, track]) => ({ user, track }))
  }

  /** Those who hold a capture of ours; the preview first, because it wants the larger picture. */
  #captured(slot: Slot): readonly { readonly user: TrackUser; readonly track: MediaStreamTrack }[] {
    return this.#holders(slot).filter(({ track }) => !this.#foreign.has(track)).sort((a, b) => a.user.localeCompare(b.user))
  }

  /** A live capture of ours. */
  #anyOf(slot: Slot): MediaStreamTrack | undefined {
    return this.#captured(slot).find(({ track }) => track.readyState === 'live')?.track
  }
}

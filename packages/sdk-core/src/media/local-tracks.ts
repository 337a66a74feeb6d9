import { ERROR_DEVICE_AUDIODEVICENOTREADABLE, ERROR_DEVICE_VIDEODEVICENOTREADABLE, ERROR_WRONG_STATE, type Slot } from '@earshot/protocol'
import { AliRtcError } from '../errors.js'
import type { Captured, Captures } from './capture.js'
import { endedError } from './device-errors.js'
import { defaultMoved, watchDevices } from './device-watch.js'

export type TrackUser = 'preview' | 'publish'

export interface LocalTracksOptions {
  /** Never rejects. @param user decides the size of a picture */
  readonly capture: (slots: readonly Slot[], user: TrackUser) => Promise<Captures>
  /** What a user's picture is to be like where it shares the other's capture. */
  readonly shape: (slot: 'camera' | 'screen', user: TrackUser) => MediaTrackConstraints
  /** A track ended that was not released: unplugged, or stopped by the user. Who held it waits for another, but for a screen. */
  readonly onEnded: (slot: Slot, error: AliRtcError) => void
  /** The system has silenced what is held of a slot, or lets it be again, for two seconds now. */
  readonly onSystemMute: (slot: 'audio' | 'camera', muted: boolean) => void
  /** While something is held or waited for: a device came or went, a permission was given or taken. */
  readonly onDevices: () => void
}

/** Somebody waits for a capture. */
interface Ticket {
  readonly slot: Slot
  readonly user: TrackUser
}

/** A device that another capture holds: on phones, and for some drivers, even our own of another device. */
const busy: readonly number[] = [ERROR_DEVICE_AUDIODEVICENOTREADABLE, ERROR_DEVICE_VIDEODEVICENOTREADABLE]

/** Milliseconds. Shorter ones are hiccups: Chromium calls a camera muted that misses 25 frames. */
const SYSTEM_MUTE = 2000

/**
 * What is captured, and who uses it. Each user gets a track of its own of one capture, so that silencing one does not blacken
 * the other; the device is released with its last user's track.
 */
export class LocalTracks {
  readonly #options: LocalTracksOptions
  /** Without a track: the user waits for the device, which was lost or could not be opened. */
  readonly #held: Readonly<Record<Slot, Map<TrackUser, MediaStreamTrack | undefined>>> = { audio: new Map(), camera: new Map(), screen: new Map() }
  /** `release` takes a ticket out; what is captured for it then is stopped. */
  readonly #waiting = new Set<Ticket>()
  /** Captures of one slot follow each other, so that the second user finds the first one's track. */
  readonly #opening = new Map<Slot, Promise<unknown>>()
  #sound: MediaStreamTrack | undefined
  /** By the system, as told. */
  readonly #silent = new Set<Slot>()
  #unwatch: (() => void) | undefined

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

  /** Whether a user waits for a device. */
  awaits(slot: Slot, user: TrackUser): boolean {
    return this.#held[slot].has(user) && this.trackOf(slot, user) === undefined
  }

  /** Captures what is not captured yet; never rejects. A device that fails is waited for until `release`. A slot released meanwhile has 16974340 as its outcome. */
  async acquire(slots: readonly Slot[], user: TrackUser): Promise<ReadonlyMap<Slot, Captured>> {
    const tickets = slots.map((slot) => ({ slot, user }))
    for (const ticket of tickets) this.#waiting.add(ticket)
    return this.#inTurn(slots, () => this.#open(tickets, user))
  }

  /**
   * Captures a slot anew, as the app wants it by now, for all who hold a capture of it or wait for one. Resolves with what they
   * held, to stop once it is replaced everywhere; with an error when nothing changed; with undefined when there was nothing to do.
   *
   * @param needed only if somebody waits, or the browser's default is another by now; what works is not risked for it
   */
  swap(slot: Slot, needed?: true): Promise<readonly MediaStreamTrack[] | AliRtcError | undefined> {
    return this.#inTurn([slot], () => this.#renew(slot, needed))
  }

  /** Pictures are to be like `shape` says by now; where the device or the browser cannot, they stay as they are. */
  async reshape(slot: 'camera' | 'screen'): Promise<void> {
    await Promise.all([...this.#held[slot]].map(async ([user, track]) => track?.applyConstraints(this.#options.shape(slot, user)).catch(() => undefined)))
  }

  /** Stops the user's track of a slot, or lets go of a capture that is under way. Stopping fires no `ended`. */
  release(slot: Slot, user: TrackUser): void {
    for (const ticket of this.#waiting) if (ticket.slot === slot && ticket.user === user) this.#waiting.delete(ticket)
    this.#held[slot].get(user)?.stop()
    this.#held[slot].delete(user)
    this.#keepSound(this.#sound)
    this.#watch()
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
    const missing = tickets.map(({ slot }) => slot).filter((slot) => this.#anyOf(slot) === undefined)
    const captured: Captures = missing.length > 0 ? await this.#options.capture(missing, user) : new Map()
    const shares = new Map(tickets.map((ticket) => [ticket.slot, this.#share(ticket, captured.get(ticket.slot))]))
    this.#keepSound(captured.get('sound') ?? this.#sound)
    if (shares.has('camera') && !missing.includes('camera')) await this.reshape('camera')
    return shares
  }

  #share(ticket: Ticket, captured: Captured | undefined): Captured {
    const { slot, user } = ticket
    const own = this.#held[slot].get(user)
    if (captured === undefined && own?.readyState === 'live' && this.#waiting.delete(ticket)) return own
    const track = captured ?? this.#anyOf(slot)?.clone()
    if (track === undefined || !this.#waiting.delete(ticket)) {
      if (track instanceof MediaStreamTrack) track.stop()
      return new AliRtcError(ERROR_WRONG_STATE, `the ${slot} was released`)
    }
    if (track instanceof MediaStreamTrack) this.#hold(ticket, track)
    else if (slot !== 'screen') this.#held[slot].set(user, undefined)
    this.#watch()
    return track
  }

  #hold({ slot, user }: Ticket, track: MediaStreamTrack): void {
    track.enabled = true // a clone of a silenced track is silent
    this.#held[slot].set(user, track)
    track.addEventListener('ended', () => {
      if (this.#held[slot].get(user) === track) this.#lose(slot, endedError(slot))
    })
    if (slot === 'screen') return // one that nobody moves is silent, too
    const settle = (): void => { setTimeout(() => { this.#tellMute(slot) }, SYSTEM_MUTE) }
    for (const change of ['mute', 'unmute']) track.addEventListener(change, settle)
    settle()
  }

  #tellMute(slot: 'audio' | 'camera'): void {
    const muted = this.#anyOf(slot)?.muted === true
    if (muted === this.#silent.has(slot)) return
    if (!this.#silent.delete(slot)) this.#silent.add(slot)
    this.#options.onSystemMute(slot, muted)
  }

  async #isOutdated(slot: Slot): Promise<boolean> {
    if ([...this.#held[slot].values()].includes(undefined)) return true
    return defaultMoved(this.#anyOf(slot)?.getSettings(), await navigator.mediaDevices.enumerateDevices().catch(() => []))
  }

  async #renew(slot: Slot, needed: true | undefined): Promise<readonly MediaStreamTrack[] | AliRtcError | undefined> {
    const held = this.#held[slot]
    const user = held.has('preview') ? 'preview' : 'publish' // the preview wants the larger picture
    if (held.size === 0 || (needed && !(await this.#isOutdated(slot)))) return undefined
    const open = async (): Promise<Captured | undefined> => (await this.#options.capture([slot], user)).get(slot)
    let outcome = await open()
    if (!needed && this.#anyOf(slot) !== undefined && outcome instanceof AliRtcError && busy.includes(outcome.code)) {
      for (const track of held.values()) track?.stop()
      outcome = await open()
      if (outcome instanceof AliRtcError) {
        this.#lose(slot, outcome)
        return undefined
      }
    }
    if (!(outcome instanceof MediaStreamTrack)) return outcome
    const replaced = [...held]
    for (const [holder, old] of replaced) {
      const track = outcome.clone()
      this.#hold({ slot, user: holder }, track)
      track.enabled = old?.enabled ?? true
    }
    outcome.stop()
    if (slot === 'camera') await this.reshape(slot)
    return replaced.flatMap(([, track]) => track ?? [])
  }

  /** The other user's track ends with the device: one report is enough. */
  #lose(slot: Slot, error: AliRtcError): void {
    const held = this.#held[slot]
    for (const [user, track] of held) {
      track?.stop()
      if (slot === 'screen') held.delete(user)
      else held.set(user, undefined)
    }
    this.#keepSound(this.#sound)
    this.#watch()
    this.#options.onEnded(slot, error)
  }

  #watch(): void {
    const needed = Object.values(this.#held).some(({ size }) => size > 0)
    if (!needed) this.#unwatch?.()
    this.#unwatch = needed ? this.#unwatch ?? watchDevices(this.#options.onDevices) : undefined
  }

  /** The sound goes with the screen. */
  #keepSound(sound: Captured | undefined): void {
    if (!(sound instanceof MediaStreamTrack)) return
    this.#sound = this.#anyOf('screen') === undefined ? undefined : sound
    if (this.#sound === undefined) sound.stop()
  }

  /** A live one. */
  #anyOf(slot: Slot): MediaStreamTrack | undefined {
    return [...this.#held[slot].values()].find((track) => track?.readyState === 'live')
  }
}

import { ERROR_WRONG_STATE, type Slot } from '@earshot/protocol'
import { AliRtcError } from '../errors.js'
import type { Capture, Captured } from './capture.js'

export type TrackUser = 'preview' | 'publish'

/** Somebody waits for a capture. */
interface Ticket {
  readonly slot: Slot
  readonly user: TrackUser
}

/**
 * What is captured, and who uses it. Each user gets a track of its own of one capture, so that silencing one does not blacken
 * the other; the device is released with its last user's track.
 */
export class LocalTracks {
  readonly #capture: Capture
  readonly #onEnded: (slot: Slot) => void
  readonly #held: Readonly<Record<Slot, Map<TrackUser, MediaStreamTrack>>> = { audio: new Map(), camera: new Map(), screen: new Map() }
  /** `release` takes a ticket out; what is captured for it then is stopped. */
  readonly #waiting = new Set<Ticket>()
  /** Captures of one slot follow each other, so that the second user finds the first one's track. */
  readonly #opening = new Map<Slot, Promise<unknown>>()

  /** @param onEnded a capture ended that was not released: unplugged, or stopped by the user. Nobody holds it any more. */
  constructor(capture: Capture, onEnded: (slot: Slot) => void) {
    this.#capture = capture
    this.#onEnded = onEnded
  }

  trackOf(slot: Slot, user: TrackUser): MediaStreamTrack | undefined {
    return this.#held[slot].get(user)
  }

  /** Captures what is not captured yet; never rejects. A slot released meanwhile has 16974340 as its outcome. */
  async acquire(slots: readonly Slot[], user: TrackUser): Promise<ReadonlyMap<Slot, Captured>> {
    const tickets = slots.map((slot) => ({ slot, user }))
    for (const ticket of tickets) this.#waiting.add(ticket)
    const opening = this.#open(tickets, slots.flatMap((slot) => this.#opening.get(slot) ?? []))
    for (const slot of slots) this.#opening.set(slot, opening)
    const shares = await opening
    for (const slot of slots) if (this.#opening.get(slot) === opening) this.#opening.delete(slot)
    return shares
  }

  /** Stops the user's track of a slot, or lets go of a capture that is under way. */
  release(slot: Slot, user: TrackUser): void {
    for (const ticket of this.#waiting) if (ticket.slot === slot && ticket.user === user) this.#waiting.delete(ticket)
    const track = this.#held[slot].get(user)
    this.#held[slot].delete(user)
    track?.stop() // stopping fires no `ended`
  }

  /** Not before the captures `before` are through; without any, in this very turn, which the screen picker needs. */
  async #open(tickets: readonly Ticket[], before: readonly Promise<unknown>[]): Promise<ReadonlyMap<Slot, Captured>> {
    if (before.length > 0) await Promise.all(before)
    const missing = tickets.map(({ slot }) => slot).filter((slot) => this.#anyOf(slot) === undefined)
    const captured: ReadonlyMap<Slot, Captured> = missing.length > 0 ? await this.#capture(missing) : new Map()
    return new Map(tickets.map((ticket) => [ticket.slot, this.#share(ticket, captured.get(ticket.slot))]))
  }

  #share(ticket: Ticket, captured: Captured | undefined): Captured {
    const { slot, user } = ticket
    const own = this.#held[slot].get(user)
    if (captured === undefined && own?.readyState === 'live' && this.#waiting.delete(ticket)) return own
    const track = captured ?? this.#anyOf(slot)?.clone()
    if (track === undefined || !this.#waiting.delete(ticket)) {
      if (track instanceof MediaStreamTrack) track.stop()
      return new AliRtcError(ERROR_WRONG_STATE, `the capture of ${slot} was released before it began`)
    }
    if (track instanceof MediaStreamTrack) this.#hold(ticket, track)
    return track
  }

  #hold({ slot, user }: Ticket, track: MediaStreamTrack): void {
    track.enabled = true // a clone of a silenced track is silent
    this.#held[slot].set(user, track)
    track.addEventListener('ended', () => { this.#end(slot, track) }, { once: true })
  }

  #end(slot: Slot, track: MediaStreamTrack): void {
    const held = this.#held[slot]
    if (![...held.values()].includes(track)) return
    // The other user's track ends with the device: one report is enough
    for (const each of held.values()) each.stop()
    held.clear()
    this.#onEnded(slot)
  }

  #anyOf(slot: Slot): MediaStreamTrack | undefined {
    return [...this.#held[slot].values()].find((track) => track.readyState === 'live')
  }
}

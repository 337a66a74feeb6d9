import { labelOf, slotOf, type MemberRow, type Role, type Slot, type StreamLabel, type StreamRow } from '@earshot/protocol'
import type { StatsSource } from '@earshot/stats-sampler'
import type { AliRtcError } from '../src/errors.js'
import type { ChannelLink, JoinRequest, LinkEvent, PublishOptions, SessionLost, StreamOwner, Wanted } from '../src/link/channel-link.js'
import { nextTurn } from '../src/next-turn.js'

type Refusable = 'join' | 'publishTrack' | 'unpublish' | 'setMuted' | 'subscribe' | 'setRole'

interface Sent { readonly track: MediaStreamTrack; readonly options: PublishOptions }

/** A channel in the page: what one link publishes, another receives as a clone with the label as its id. */
export class MemoryChannel {
  readonly links = new Map<string, MemoryLink>()

  /** For the second argument of `AliRtcEngine`. */
  readonly open = (onEvent: (event: LinkEvent) => void): MemoryLink => {
    const link = new MemoryLink(this, onEvent)
    this.newest = link
    return link
  }

  /** The link that was made last. */
  newest: MemoryLink | undefined

  linkOf(userId: string): MemoryLink {
    const link = this.links.get(userId)
    if (link === undefined) throw new Error(`${userId} is not in the channel`)
    return link
  }

  tellOthers(userId: string, event: LinkEvent): void {
    for (const link of this.links.values()) if (link.userId !== userId) link.tell(event)
  }
}

export class MemoryLink implements ChannelLink {
  /** What came in, for assertions. */
  readonly calls: string[] = []
  readonly sent = new Map<Slot, Sent>()
  readonly wanted = new Map<string, Wanted>()
  /** Whom `statsSources()` shows. */
  readonly sources = new Map<string, StatsSource>()
  request: JoinRequest | undefined
  userId = ''
  left = false
  readonly #channel: MemoryChannel
  readonly #onEvent: (event: LinkEvent) => void
  readonly #refusals = new Map<Refusable, AliRtcError>()
  readonly #holds = new Map<Refusable, Promise<void>>()
  readonly #carried = new Map<string, MediaStreamTrack>()
  #announcing: Promise<void> | undefined
  #published = false

  constructor(channel: MemoryChannel, onEvent: (event: LinkEvent) => void) {
    this.#channel = channel
    this.#onEvent = onEvent
  }

  /** The next call of that name rejects. */
  refuse(call: Refusable, error: AliRtcError): void {
    this.#refusals.set(call, error)
  }

  /** Calls of that name stay pending until the result is called. */
  hold(call: Refusable): () => void {
    let release = (): void => undefined
    this.#holds.set(call, new Promise((resolve) => { release = resolve }))
    return () => {
      this.#holds.delete(call)
      release()
    }
  }

  /** As if the server had said it. */
  tell(event: LinkEvent): void {
    if (!this.left) this.#onEvent(event)
  }

  /** As if the server had forgotten this session. */
  lose(): void {
    const lost: SessionLost = { type: 'session-lost', reason: 'the server was started again', gslb: this.request?.gslb ?? [] }
    this.#channel.links.delete(this.userId)
    this.#onEvent(lost as unknown as LinkEvent) // what opens sessions listens for it
    this.#end()
  }

  async join(request: JoinRequest): Promise<readonly MemberRow[]> {
    await this.#enter('join')
    this.request = request
    this.userId = request.userId
    const members = [...this.#channel.links.values()].map((link) => link.row())
    this.#channel.links.get(request.userId)?.tell({ type: 'bye', code: 3 })
    this.#channel.links.set(request.userId, this)
    this.#channel.tellOthers(this.userId, { type: 'member-joined', member: { ...this.row(), streams: [] } })
    return members
  }

  async leave(): Promise<void> {
    this.calls.push('leave')
    this.#end()
    if (this.#channel.links.get(this.userId) !== this) return
    this.#channel.links.delete(this.userId)
    for (const link of this.#channel.links.values()) link.forget(this.userId)
    if (this.#published) this.#channel.tellOthers(this.userId, { type: 'unpublished', userId: this.userId })
    this.#channel.tellOthers(this.userId, { type: 'member-left', userId: this.userId })
  }

  async publishTrack(slot: Slot, track: MediaStreamTrack, options: PublishOptions): Promise<void> {
    await this.#enter('publishTrack', slot)
    this.sent.set(slot, { track, options })
    await this.#announce()
  }

  async unpublish(slot: Slot): Promise<void> {
    await this.#enter('unpublish', slot)
    this.sent.delete(slot)
    await this.#announce()
  }

  async setMuted(slot: 'audio' | 'camera', muted: boolean): Promise<void> {
    await this.#enter('setMuted', slot, muted)
    const sent = this.sent.get(slot)
    if (sent !== undefined) this.sent.set(slot, { ...sent, options: { ...sent.options, muted } })
    this.#channel.tellOthers(this.userId, { type: 'muted', userId: this.userId, slot, muted })
  }

  async subscribe(userId: string, wanted: Wanted): Promise<void> {
    await this.#enter('subscribe', userId, JSON.stringify(wanted))
    this.wanted.set(userId, wanted)
    void nextTurn().then(() => this.receive(userId))
  }

  async setRole(role: Role): Promise<void> {
    await this.#enter('setRole', role)
  }

  statsSources(): ReadonlyMap<string, StatsSource> {
    return this.sources
  }

  /** A `mid` is the owner: `self/audio`, or `bob/sophon_audio`. */
  ownerOf(_source: string, { mid = '' }: { readonly mid?: string }): StreamOwner | undefined {
    const [owner, what] = mid.split('/')
    if (owner === undefined || what === undefined) return undefined
    return owner === 'self' ? { self: true, slot: what as Slot } : { self: false, userId: owner, label: what as StreamLabel } // the tests write them so
  }

  row(): MemberRow {
    return { userId: this.userId, displayName: this.request?.displayName ?? this.userId, streams: this.#published ? this.#rows() : [] }
  }

  /** Starts and ends tracks of a user, as what is wanted and what is sent have it. */
  receive(userId: string): void {
    const publisher = this.#channel.links.get(userId)
    const wanted = this.wanted.get(userId)
    for (const slot of ['audio', 'camera', 'screen'] as const) {
      const key = `${userId}/${slot}`
      const carried = this.#carried.get(key)
      const source = wanted?.[slot] ? publisher?.sent.get(slot)?.track : undefined
      const label = labelOf(slot, wanted?.camera ?? 'large')
      if (carried !== undefined && source === undefined) {
        this.#carried.delete(key)
        this.tell({ type: 'track-ended', userId, label: carried.id as StreamLabel, track: carried }) // set below
        carried.stop()
      } else if (carried === undefined && source !== undefined) {
        this.#carried.set(key, labelled(source.clone(), label))
        this.tell({ type: 'track', userId, label, track: this.#carried.get(key) ?? source })
      } else if (carried !== undefined && carried.id !== label) {
        this.tell({ type: 'layer', userId, label, track: labelled(carried, label) })
      }
    }
  }

  /** The user has left. */
  forget(userId: string): void {
    this.wanted.delete(userId)
    this.receive(userId)
  }

  /** As with a connection that is closed. */
  #end(): void {
    this.left = true
    for (const track of this.#carried.values()) track.stop()
  }

  #announce(): Promise<void> {
    this.#announcing ??= nextTurn().then(() => {
      this.#announcing = undefined
      this.calls.push(`announce ${[...this.sent.keys()].join()}`)
      const before = this.#published
      this.#published = this.sent.size > 0
      for (const link of this.#channel.links.values()) if (link !== this) link.receive(this.userId)
      if (this.#published) this.#channel.tellOthers(this.userId, { type: 'published', member: this.row() })
      else if (before) this.#channel.tellOthers(this.userId, { type: 'unpublished', userId: this.userId })
    })
    return this.#announcing
  }

  #rows(): StreamRow[] {
    return (['sophon_audio', 'sophon_video_camera_large', 'sophon_video_camera_small', 'sophon_video_screen_share'] as const).map((label) => {
      const sent = this.sent.get(slotOf(label))
      return { label, state: sent === undefined ? 'inactive' : 'active', muted: sent?.options.muted ?? false }
    })
  }

  async #enter(call: Refusable, ...args: unknown[]): Promise<void> {
    this.calls.push([call, ...args].join(' '))
    const refusal = this.#refusals.get(call)
    this.#refusals.delete(call)
    if (refusal !== undefined) throw refusal
    await this.#holds.get(call)
  }
}

function labelled(track: MediaStreamTrack, label: StreamLabel): MediaStreamTrack {
  return Object.defineProperty(track, 'id', { value: label, configurable: true })
}

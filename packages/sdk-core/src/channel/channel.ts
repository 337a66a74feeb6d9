import {
  ERROR_FREQUENTLY_OPERATION, ERROR_HEARTBEAT_TIMEOUT, ERROR_ICE_PUBLISH_DISCONNECTED, ERROR_ICE_SUBSCRIBE_DISCONNECTED, ERROR_NO_STREAM, ERROR_NO_USER,
  ERROR_WRONG_STATE, type MemberRow, type Role, type StreamLabel,
} from '@earshot/protocol'
import { shown } from '../bad-parameter.js'
import { AliRtcError } from '../errors.js'
import type { AliRtcEvents } from '../events.js'
import type { ChannelLink, JoinRequest, LinkEvent } from '../link/channel-link.js'
import { AUDIBLE, EVERYBODY, type Playback } from '../media/playback.js'
import { nextTurn } from '../next-turn.js'
import {
  EMPTY_ROSTER, firstRoster, planSubscribe, planUnSubscribe, rosterStep, subscriptions, withPlayback, withSubscription, withSwitches, type RemoteSwitches, type Roster,
  type RosterEvent, type RosterInput, type SubscribePlan,
} from './roster.js'

/** Makes a link; whatever happens on it goes to `onEvent`. */
export type OpenLink = (onEvent: (event: LinkEvent) => void) => ChannelLink

type TrackEvent = Extract<LinkEvent, { type: 'track' | 'layer' | 'track-ended' }>

/** What the rest of the engine does about a channel. */
export interface ChannelListener {
  /** One callback of the app, at the latest state. */
  emit<Name extends keyof AliRtcEvents>(name: Name, payload: AliRtcEvents[Name]): void
  /** A session began, or (undefined) ended. Before the callback that says so. */
  session(link: ChannelLink | undefined): void
  track(event: TrackEvent): void
  /** The user's media and views are not needed any more. */
  userLeft(userId: string): void
  /** The publishing connection is lost. */
  publishLost(): void
  /** Who is there, or what we subscribe to, changed. */
  changed(): void
}

const byes: Readonly<Record<1 | 2 | 3, string>> = {
  1: 'removed by the server', 2: 'the channel was closed', 3: 'the user joined elsewhere',
}

/** One channel after the other: joins and leaves, keeps the roster, and turns what links say into callbacks, strictly in order. */
export class Channel {
  readonly #openLink: OpenLink
  readonly #listener: ChannelListener
  readonly #subscribing = new Set<string>()
  #state: 'idle' | 'joining' | 'joined' = 'idle'
  #link: ChannelLink | undefined
  #roster: Roster = EMPTY_ROSTER
  /** How those who come are played; stays from session to session. */
  #newcomers: Playback = AUDIBLE
  #leaving: Promise<void> | undefined
  /** What happened before `join` had resolved for the app. */
  #held: LinkEvent[] | undefined
  /** Without it the others would see us until the server misses us. */
  readonly #onPageHide = (): void => { void this.leave('the page went away') }

  constructor(openLink: OpenLink, listener: ChannelListener) {
    this.#openLink = openLink
    this.#listener = listener
  }

  get state(): 'idle' | 'joining' | 'joined' {
    return this.#state
  }

  get roster(): Roster {
    return this.#roster
  }

  /** Of the session; undefined while idle. */
  get link(): ChannelLink | undefined {
    return this.#state === 'joined' ? this.#link : undefined
  }

  /** The caller has checked that we are idle. Rejects with what the link rejects with; then we are idle again. */
  async join(request: JoinRequest): Promise<void> {
    this.#state = 'joining'
    globalThis.addEventListener?.('pagehide', this.#onPageHide)
    const link: ChannelLink = this.#openLink((event) => this.#receive(link, event))
    this.#link = link
    const held: LinkEvent[] = []
    this.#held = held
    try {
      await this.#leaving // the server is to see us go before it sees us come, where it can be reached
      if (this.#link !== link) throw leftWhileJoining() // a link that was left cannot join
      const members = await link.join(request)
      if (this.#link !== link) throw leftWhileJoining()
      this.#begin(link, members, held)
    } catch (error) {
      if (this.#link === link) this.#reset()
      throw error
    }
  }

  /** Always resolves; what is ours is released at once. */
  leave(reason = 'the channel was left'): Promise<void> {
    const link = this.#link
    if (link === undefined) return this.#leaving ?? Promise.resolve()
    const wasJoined = this.#state === 'joined'
    this.#reset()
    if (wasJoined) this.#listener.emit('onConnectionChange', { state: 'disconnected', reason })
    const leaving = link.leave().catch(() => undefined).finally(() => {
      if (this.#leaving === leaving) this.#leaving = undefined
    })
    this.#leaving = leaving
    return leaving
  }

  /** False when there is no such user. */
  configure(userId: string, change: Partial<RemoteSwitches>): boolean {
    return this.#replace(withSwitches(this.#roster, userId, change))
  }

  /** How a user is played, or `EVERYBODY`: those who are there and those who come. False when there is no such user. */
  setPlayback(userId: string | typeof EVERYBODY, change: Partial<Playback>): boolean {
    if (userId === EVERYBODY) this.#newcomers = { ...this.#newcomers, ...change }
    return this.#replace(withPlayback(this.#roster, userId, change))
  }

  /** Brings the subscription in line with the switches. Rejects with 10140, 16974851, 10500, or what the link rejects with. */
  subscribe(userId: string): Promise<void> {
    return this.#request(userId, planSubscribe(this.#roster, userId))
  }

  /** Ends the subscription; the switches stay. Rejects with 10140, 16974340 (not subscribed), 10500, or what the link rejects with. */
  unSubscribe(userId: string): Promise<void> {
    return this.#request(userId, planUnSubscribe(this.#roster, userId))
  }

  async #request(userId: string, plan: SubscribePlan): Promise<void> {
    if (plan.type === 'no-user' || this.#link === undefined) throw new AliRtcError(ERROR_NO_USER, `there is no user ${shown(userId)}`)
    if (this.#subscribing.has(userId)) throw new AliRtcError(ERROR_FREQUENTLY_OPERATION, `the previous call for "${userId}" is still pending`)
    if (plan.type === 'not-subscribed') throw new AliRtcError(ERROR_WRONG_STATE, `nothing of "${userId}" is subscribed to`)
    if (plan.type === 'no-stream') throw new AliRtcError(ERROR_NO_STREAM, `nothing of "${userId}" is sent and switched on`)
    if (plan.type === 'nothing') return
    const link = this.#link
    this.#subscribing.add(userId)
    try {
      await link.subscribe(userId, plan.wanted)
      if (this.#link === link) this.#subscribed(userId, plan.labels)
    } finally {
      if (this.#link === link) this.#subscribing.delete(userId)
    }
  }

  async setRole(role: Role): Promise<void> {
    await this.#link?.setRole(role)
  }

  #begin(link: ChannelLink, members: readonly MemberRow[], held: LinkEvent[]): void {
    const { roster, events } = firstRoster(members, this.#newcomers)
    this.#state = 'joined'
    this.#roster = roster
    this.#listener.session(link)
    void nextTurn().then(() => { // whoever awaits joinChannel() goes first
      if (held[0]?.type === 'connection') this.#handle(link, held.shift() as LinkEvent) // checked just before
      this.#emitAll(link, events)
      for (const event of held) this.#handle(link, event) // grows while handlers run
      if (this.#held === held) this.#held = undefined
    })
  }

  #reset(): void {
    this.#state = 'idle'
    this.#link = undefined
    this.#held = undefined
    this.#roster = EMPTY_ROSTER
    this.#subscribing.clear()
    globalThis.removeEventListener?.('pagehide', this.#onPageHide)
    this.#listener.session(undefined)
  }

  #receive(link: ChannelLink, event: LinkEvent): void {
    if (this.#link !== link) return
    if (this.#held === undefined) this.#handle(link, event)
    else this.#held.push(event)
  }

  #handle(link: ChannelLink, event: LinkEvent): void {
    if (this.#link !== link) return // a handler of the event before has left the channel
    switch (event.type) {
      case 'track':
      case 'layer':
      case 'track-ended': return this.#listener.track(event)
      case 'bye': return this.#bye(event.code)
      case 'media-lost': return this.#lost(link, event.direction)
      case 'connection': return this.#connection(event)
      default: return this.#member(link, event)
    }
  }

  #member(link: ChannelLink, event: RosterInput): void {
    const { roster, events } = rosterStep(this.#roster, event, this.#newcomers)
    this.#roster = roster
    if (event.type === 'member-left') this.#listener.userLeft(event.userId)
    this.#listener.changed()
    this.#emitAll(link, events)
  }

  #emitAll(link: ChannelLink, events: readonly RosterEvent[]): void {
    for (const { name, payload } of events) if (this.#link === link) this.#listener.emit(name, payload)
  }

  /** Whether there was something to change. */
  #replace(roster: Roster | undefined): boolean {
    this.#roster = roster ?? this.#roster
    return roster !== undefined
  }

  #subscribed(userId: string, labels: ReadonlySet<StreamLabel>): void {
    this.#roster = withSubscription(this.#roster, userId, labels)
    this.#listener.changed()
  }

  #bye(code: 1 | 2 | 3): void {
    this.#reset()
    this.#listener.emit('onBye', { code, message: byes[code] }) // first: who rejoins when disconnected must know why
    this.#listener.emit('onConnectionChange', { state: 'disconnected', reason: byes[code] })
  }

  #lost(link: ChannelLink, direction: 'publish' | 'subscribe'): void {
    if (direction === 'publish') {
      this.#listener.publishLost()
      return this.#listener.emit('onError', new AliRtcError(ERROR_ICE_PUBLISH_DISCONNECTED, 'the publishing connection was lost', { type: 'publish' }))
    }
    for (const { userId } of subscriptions(this.#roster)) {
      if (this.#link !== link) return
      const error = new AliRtcError(ERROR_ICE_SUBSCRIBE_DISCONNECTED, `the connection of "${userId}" was lost`, { type: 'subscribe', userId, state: 'failed' })
      this.#listener.emit('onError', error)
    }
  }

  #connection({ state, reason, code = ERROR_HEARTBEAT_TIMEOUT }: Extract<LinkEvent, { type: 'connection' }>): void {
    if (state === 'disconnected') this.#reset()
    else this.#listener.changed() // what is sampled may be another connection
    this.#listener.emit('onConnectionChange', { state, ...(reason === undefined ? {} : { reason }) })
    if (state !== 'disconnected') return
    this.#listener.emit('onError', new AliRtcError(code, `the connection to the server was lost${reason === undefined ? '' : `: ${reason}`}`))
  }
}

function leftWhileJoining(): AliRtcError {
  return new AliRtcError(ERROR_WRONG_STATE, 'the channel was left')
}

import {
  ERROR_HEARTBEAT_TIMEOUT, ERROR_JOIN_TIMEOUT, ERROR_NOSESSION, ERROR_NOT_IN_CHANNEL, ERROR_SERVER_FULL, ERROR_WRONG_STATE, type MemberRow, type Role, type Slot,
} from '@earshot/protocol'
import type { StatsSource } from '@earshot/stats-sampler'
import { AliRtcError } from '../errors.js'
import { backOffMs } from './back-off.js'
import type { ChannelLink, JoinRequest, LinkEvent, PublishOptions, SessionLost, StreamOwner, Wanted } from './channel-link.js'
import { Continuity, type ChannelNews } from './continuity.js'

/** The time for a repair is counted in so many steps: of a sleep of the machine no more than one of them counts. */
const REPAIR_STEPS = 10

/** Makes the link of one session. */
export type OpenSession = (onEvent: (event: LinkEvent | SessionLost) => void) => ChannelLink

export interface RejoiningLinkOptions {
  /** Milliseconds from `reconnecting` to `connected`, also where the session repairs itself; then the link ends. Default 90 000, the original's. */
  readonly repairMs?: number
  /** Milliseconds that who is missing in the new session may take to come back unnoticed. Default 10 000. */
  readonly holdMs?: number
  /** 0..1, for the jitter. Default `Math.random`. */
  readonly random?: () => number
}

/**
 * One channel over one session after the other: where a session is lost it joins another one and brings back what was
 * published and subscribed to. Whoever is above sees `reconnecting` and `connected`, and nothing of users who are the same.
 *
 * Beside what `ChannelLink` says: calls during an outage are remembered, and resolve when the next session has what is
 * wanted. What it will not publish any more is `media-lost`. A link that is not repaired in time ends with 10310, one that
 * is refused another session with 10311.
 */
export function createRejoiningLink(openSession: OpenSession, onEvent: (event: LinkEvent) => void, options: RejoiningLinkOptions = {}): ChannelLink {
  return new RejoiningLink(openSession, onEvent, options)
}

class RejoiningLink implements ChannelLink {
  readonly #openSession: OpenSession
  readonly #options: RejoiningLinkOptions
  readonly #onEvent: (event: LinkEvent) => void
  readonly #continuity: Continuity = new Continuity()
  /** What the app wants, in whichever session; the role is in the request. */
  readonly #sent = new Map<Slot, { readonly track: MediaStreamTrack; readonly options: PublishOptions }>()
  readonly #wanted = new Map<string, Wanted>()
  /** Of `join()`, as it is made next. */
  #request!: JoinRequest
  /** Whose media is wanted and not asked for in this session. */
  #owed: Set<string> = new Set()
  /** Calls that wait for the next session: resolve, reject. */
  readonly #waiting: [() => void, (error: unknown) => void][] = []
  /** `lost` is between two sessions; `restoring` is in one that has not all that is wanted. */
  #phase: 'new' | 'joined' | 'lost' | 'restoring' | 'over' = 'new'
  /** Of the present session, or of the one being joined. */
  #link: ChannelLink
  /** What it said of itself last. */
  #said: 'connected' | 'reconnecting' = 'connected'
  #told: 'connected' | 'reconnecting' | undefined
  #repairTimer: ReturnType<typeof setTimeout> | undefined
  #holdTimer: ReturnType<typeof setTimeout> | undefined
  #wake: () => void = () => undefined

  constructor(openSession: OpenSession, onEvent: (event: LinkEvent) => void, options: RejoiningLinkOptions) {
    this.#openSession = openSession
    this.#options = options
    this.#onEvent = onEvent
    this.#link = this.#open()
  }

  async join(request: JoinRequest): Promise<readonly MemberRow[]> {
    const members = await this.#link.join(request)
    if (this.#phase === 'new') this.#phase = 'joined'
    this.#request = request
    this.#continuity.begin(members)
    return members
  }

  async leave(): Promise<void> {
    this.#close()
    await this.#link.leave()
  }

  publishTrack(slot: Slot, track: MediaStreamTrack, options: PublishOptions): Promise<void> {
    return this.#call((link) => link.publishTrack(slot, track, options), () => this.#sent.set(slot, { track, options }))
  }

  unpublish(slot: Slot): Promise<void> {
    return this.#call((link) => link.unpublish(slot), () => this.#sent.delete(slot))
  }

  setMuted(slot: 'audio' | 'camera', muted: boolean): Promise<void> {
    return this.#call((link) => link.setMuted(slot, muted), () => {
      const sent = this.#sent.get(slot)
      if (sent !== undefined) this.#sent.set(slot, { ...sent, options: { ...sent.options, muted } })
    })
  }

  subscribe(userId: string, wanted: Wanted): Promise<void> {
    const remember = (): void => {
      this.#owed.delete(userId)
      if (wanted.audio || wanted.camera !== null || wanted.screen) this.#wanted.set(userId, wanted)
      else this.#wanted.delete(userId)
    }
    if (this.#phase === 'lost' || !this.#continuity.holds(userId)) return this.#call((link) => link.subscribe(userId, wanted), remember)
    remember()
    this.#owed.add(userId) // the session knows nothing of the user yet, of whom the app must not notice that
    return Promise.resolve()
  }

  setRole(role: Role): Promise<void> {
    return this.#call((link) => link.setRole(role), () => { this.#request = { ...this.#request, role } })
  }

  statsSources(): ReadonlyMap<string, StatsSource> {
    return this.#link.statsSources()
  }

  ownerOf(source: string, stream: Parameters<ChannelLink['ownerOf']>[1]): StreamOwner | undefined {
    return this.#link.ownerOf(source, stream)
  }

  #open(): ChannelLink {
    this.#said = 'connected'
    const link: ChannelLink = this.#openSession((event) => { if (this.#link === link) this.#take(event) })
    return link
  }

  async #call(run: (link: ChannelLink) => Promise<void>, remember: () => void): Promise<void> {
    if (this.#phase !== 'lost') {
      try {
        await run(this.#link)
        return remember()
      } catch (error) {
        if (this.#phase === 'new' || this.#phase === 'over' || !isGone(codeOf(error))) throw error
      }
    }
    remember()
    await new Promise<void>((...settle) => { this.#waiting.push(settle) })
  }

  #take(event: LinkEvent | SessionLost): void {
    if (this.#phase === 'over') return
    switch (event.type) {
      case 'session-lost': return this.#lose(event)
      case 'bye': return this.#end(event)
      case 'connection':
        if (event.state === 'disconnected') return this.#end(event)
        this.#said = event.state
        if (this.#phase === 'joined') this.#tellState(event.state, event.reason)
        return
      default:
        this.#tell(this.#continuity.take(event))
        if ('member' in event) void this.#subscribeAgain(event.member)
    }
  }

  #lose({ reason, gslb }: SessionLost): void {
    if (this.#phase === 'new') return // join() rejects
    this.#phase = 'lost'
    clearTimeout(this.#holdTimer)
    this.#continuity.lost()
    this.#request = { ...this.#request, gslb }
    this.#tellState('reconnecting', reason)
    void this.#rejoin()
  }

  async #rejoin(): Promise<void> {
    for (let attempt = 0; this.#phase === 'lost'; attempt++) {
      const { random = Math.random } = this.#options
      await this.#pause(backOffMs(attempt, random()))
      if (this.#phase === 'lost') await this.#attempt()
    }
  }

  async #attempt(): Promise<void> {
    const { role } = this.#request
    const link = this.#link = this.#open()
    try {
      const members = await link.join(this.#request)
      if (this.#phase === 'lost') void this.#restore(link, role, members)
    } catch (error) {
      if (this.#phase !== 'lost') return // left, or out of time
      const code = codeOf(error)
      if (!mayPass(code)) this.#giveUp(ERROR_NOSESSION, `the server has no session: ${String(error)}`)
      else if (code === ERROR_SERVER_FULL) this.#rotate()
    }
  }

  /** Until then, or until the browser says that there is a network again. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        clearTimeout(timer)
        globalThis.removeEventListener?.('online', this.#wake)
        resolve()
      }
      const timer = setTimeout(this.#wake, ms)
      globalThis.addEventListener?.('online', this.#wake)
    })
  }

  #rotate(): void {
    const [first = '', ...others] = this.#request.gslb
    this.#request = { ...this.#request, gslb: [...others, first] }
  }

  /** Asks for everything in one turn, so that what is published is announced together. */
  async #restore(link: ChannelLink, joinedAs: Role, members: readonly MemberRow[]): Promise<void> {
    this.#phase = 'restoring'
    this.#owed = new Set(this.#wanted.keys())
    this.#holdTimer = setTimeout(() => this.#tell(this.#continuity.overdue()), this.#options.holdMs ?? 10_000)
    this.#tell(this.#continuity.begin(members))
    const { role } = this.#request
    const roleCode = role === joinedAs ? 0 : codeAfter(link.setRole(role))
    const sent = [...this.#sent].map(([slot, { track, options }]) => codeAfter(link.publishTrack(slot, track, options)))
    const codes = await Promise.all([roleCode, ...sent, ...members.map((member) => this.#subscribeAgain(member))])
    if (this.#phase !== 'restoring' || codes.some(isGone)) return // lost once more, left, or out of time
    this.#phase = 'joined'
    if ((await Promise.all(sent)).some((code) => code > 0)) this.#tell([{ type: 'media-lost', direction: 'publish' }])
    this.#tellState(this.#said)
    for (const [resolve] of this.#waiting.splice(0)) resolve()
  }

  /** What is wanted of a user who publishes in this session now. What is refused is due again when the user publishes something else. */
  async #subscribeAgain({ userId, streams }: MemberRow): Promise<number> {
    const wanted = this.#wanted.get(userId)
    if (wanted === undefined || streams.length === 0 || !this.#owed.delete(userId)) return 0
    const code = await codeAfter(this.#link.subscribe(userId, wanted))
    if (code > 0) this.#owed.add(userId)
    return code
  }

  #tell(news: readonly ChannelNews[]): void {
    for (const event of news) {
      if (this.#phase === 'over') return
      if (event.type === 'unpublished' || event.type === 'member-left') this.#wanted.delete(event.userId) // as on the server
      this.#onEvent(event)
    }
  }

  #tellState(state: 'connected' | 'reconnecting', reason?: string): void {
    if (state === this.#told || this.#phase === 'over') return
    this.#told = state
    clearTimeout(this.#repairTimer)
    if (state === 'reconnecting') this.#countDown(REPAIR_STEPS)
    this.#onEvent({ type: 'connection', state, ...(reason === undefined ? {} : { reason }) })
  }

  #countDown(steps: number): void {
    const { repairMs = 90_000 } = this.#options
    this.#repairTimer = setTimeout(() => {
      if (steps > 1) this.#countDown(steps - 1)
      else this.#giveUp(ERROR_HEARTBEAT_TIMEOUT, `not repaired within ${repairMs} ms`)
    }, repairMs / REPAIR_STEPS)
  }

  #giveUp(code: number, reason: string): void {
    this.#end({ type: 'connection', state: 'disconnected', reason, code }, new AliRtcError(code, reason))
  }

  #end(last: LinkEvent, error?: AliRtcError): void {
    this.#close(error)
    void this.#link.leave()
    this.#onEvent(last)
  }

  /** Nothing is said from here on. @param error for the calls that wait */
  #close(error: AliRtcError = new AliRtcError(ERROR_WRONG_STATE, 'the channel was left')): void {
    this.#phase = 'over'
    clearTimeout(this.#repairTimer)
    clearTimeout(this.#holdTimer)
    this.#wake()
    for (const [, reject] of this.#waiting.splice(0)) reject(error)
  }
}

/** Eight digits judge who we are and what we may; the others tell of the network and of the server's state, which change. */
function mayPass(code: number): boolean {
  return code < 10_000_000 || code === ERROR_JOIN_TIMEOUT
}

/** The session is lost, or ended already and will say so. */
function isGone(code: number): boolean {
  return code === ERROR_NOSESSION || code === ERROR_NOT_IN_CHANNEL
}

/** 0 when the call succeeds. */
function codeAfter(call: Promise<unknown>): Promise<number> {
  return call.then(() => 0, codeOf)
}

/** Of a fault that has none: more than all. */
function codeOf(error: unknown): number {
  return error instanceof AliRtcError ? error.code : Infinity
}

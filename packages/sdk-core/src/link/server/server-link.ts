import {
  ERROR_INTERNAL, ERROR_NOT_IN_CHANNEL, type Candidate, type Connection, type MemberRow, type Role, type ServerAnswer, type ServerEvent, type Slot,
} from '@earshot/protocol'
import type { StatsSource } from '@earshot/stats-sampler'
import { AliRtcError } from '../../errors.js'
import type { ChannelLink, JoinRequest, LinkEvent, PublishOptions, StreamOwner, Wanted } from '../channel-link.js'
import { startHeartbeat } from './heartbeat.js'
import { LINK_TIMEOUTS, type LinkTimeouts } from './link-timeouts.js'
import { nextTurn } from './next-turn.js'
import { iceServersOf } from './publication.js'
import { Publishing } from './publishing.js'
import { ServerRequests, type Consent, type Question } from './server-requests.js'
import { sessionStep, type SessionInput, type SessionOutput, type SessionState } from './session-state.js'
import { openSignalling, type OpenSocket, type Signalling } from './signalling-socket.js'
import { Subscribing } from './subscribing.js'
import { TaskQueue } from './task-queue.js'

export interface ServerLinkOptions {
  /** Default: a WebSocket. */
  readonly openSocket?: OpenSocket
  readonly timeouts?: Partial<LinkTimeouts>
  /** What went wrong without harm to a call or to the session, such as a malformed message; for a log. Default `console.warn`. */
  readonly report?: (problem: string, cause?: unknown) => void
}

/**
 * The link to a channel server of ours: signalling over a WebSocket, media over two peer connections.
 *
 * Beside what `ChannelLink` says: the end of a link (`bye`, `disconnected`, `leave()`) ends its tracks without an event for
 * each; and a user's tracks end before its `unpublished` or `member-left`.
 */
export function createServerLink(options: ServerLinkOptions, onEvent: (event: LinkEvent) => void): ChannelLink {
  return new ServerLink(options, onEvent)
}

type DeliveredEvent = Exclude<ServerEvent, { type: 'bye' }>

interface Media {
  readonly publishing: Publishing
  readonly subscribing: Subscribing
}

class ServerLink implements ChannelLink {
  readonly #options: ServerLinkOptions
  readonly #timeouts: LinkTimeouts
  readonly #report: (problem: string, cause?: unknown) => void
  readonly #onEvent: (event: LinkEvent) => void
  readonly #requests: ServerRequests = new ServerRequests((message) => this.#signalling?.say(message))
  /** The events of the channel, one after the other; held back until `join` has resolved. */
  readonly #events: TaskQueue = new TaskQueue()
  /** Aborted, with the error for whoever still waits, when the link ends. */
  readonly #life: AbortController = new AbortController()
  #openGate: () => void = () => undefined
  #state: SessionState = 'idle'
  #signalling: Signalling | undefined
  #media: Media | undefined
  #stopHeartbeat: (() => void) | undefined
  #leaving: Promise<void> | undefined

  constructor(options: ServerLinkOptions, onEvent: (event: LinkEvent) => void) {
    this.#options = options
    this.#timeouts = { ...LINK_TIMEOUTS, ...options.timeouts }
    this.#report = options.report ?? ((problem, cause) => console.warn(`Earshot: ${problem}`, ...(cause === undefined ? [] : [cause])))
    this.#onEvent = onEvent
    void this.#events.run(() => new Promise<void>((resolve) => { this.#openGate = resolve }))
  }

  async join(request: JoinRequest): Promise<readonly MemberRow[]> {
    this.#step({ type: 'join' })
    const afterMs = this.#timeouts.joinMs
    const timer = setTimeout(() => this.#step({ type: 'join-overdue', afterMs }), afterMs)
    try {
      this.#signalling = await this.#connect(request.gslb)
      const { gslb: _, turn, ...fields } = request
      const answer = await this.#requests.ask({ type: 'join', ...fields }, afterMs)
      if (answer.type !== 'joined') throw new AliRtcError(ERROR_INTERNAL, `the server answered the join with "${answer.type}"`)
      this.#media = this.#openMedia(iceServersOf(answer.iceServers, turn))
      return answer.members
    } catch (error) {
      this.#step({ type: 'join-failed' })
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave()
    return this.#leaving
  }

  async publishTrack(slot: Slot, track: MediaStreamTrack, options: PublishOptions): Promise<void> {
    await this.#joined().publishing.publishTrack(slot, track, options)
  }

  async unpublish(slot: Slot): Promise<void> {
    await this.#joined().publishing.unpublish(slot)
  }

  async setMuted(slot: 'audio' | 'camera', muted: boolean): Promise<void> {
    await this.#joined().publishing.setMuted(slot, muted)
  }

  async subscribe(userId: string, { audio, camera, screen }: Wanted): Promise<void> {
    this.#joined()
    await this.#ask({ type: 'subscribe', userId, audio, camera, screen })
  }

  async setRole(role: Role): Promise<void> {
    this.#joined()
    await this.#ask({ type: 'role', role })
  }

  statsSources(): ReadonlyMap<string, StatsSource> {
    const sources = new Map<string, StatsSource>()
    if (this.#media?.publishing.peer !== undefined) sources.set('publish', this.#media.publishing.peer)
    if (this.#media?.subscribing.peer !== undefined) sources.set('subscribe', this.#media.subscribing.peer)
    return sources
  }

  ownerOf(source: string, { mid, rid }: { readonly mid?: string; readonly rid?: string }): StreamOwner | undefined {
    if (mid === undefined || this.#media === undefined) return undefined
    if (source === 'subscribe') {
      const owner = this.#media.subscribing.ownerOf(mid)
      return owner && { self: false, userId: owner.userId, label: owner.label }
    }
    const slot = source === 'publish' ? this.#media.publishing.slotOf(mid) : undefined
    if (slot === undefined) return undefined
    return { self: true, slot, ...(slot === 'camera' && (rid === 'large' || rid === 'small') ? { layer: rid } : {}) }
  }

  #connect(entries: readonly string[]): Promise<Signalling> {
    return openSignalling({
      entries,
      connectMs: this.#timeouts.connectMs,
      openSocket: this.#options.openSocket,
      signal: this.#life.signal,
      onMessage: (message) => this.#step({ type: 'message', message }),
      onFault: (fault) => this.#report(`the server sent a malformed message: ${fault}`),
      onLost: (reason) => this.#lost(reason),
    })
  }

  #openMedia(iceServers: readonly RTCIceServer[]): Media {
    const options = (connection: Connection) => ({
      ask: (question: Question) => this.#ask(question),
      iceServers,
      disconnectedMs: this.#timeouts.disconnectedMs,
      onCandidate: (candidate: Candidate | null) => this.#signalling?.say({ type: 'candidate', connection, candidate }),
      onLost: () => this.#inOrder(() => this.#emit({ type: 'media-lost', direction: connection })),
    })
    return {
      publishing: new Publishing(options('publish')),
      subscribing: new Subscribing({ ...options('subscribe'), onRefused: (error) => this.#refused(error) }),
    }
  }

  /** Nobody's promise can say it, and the end of the link needs no words. */
  #refused(error: unknown): void {
    if (!this.#life.signal.aborted) this.#report('the server refused our answer to its offer', error)
  }

  #ask(question: Question): Promise<Consent> {
    return this.#requests.ask(question, this.#timeouts.answerMs)
  }

  #joined(): Media {
    if (this.#state === 'joined' && this.#media !== undefined) return this.#media
    throw new AliRtcError(ERROR_NOT_IN_CHANNEL, 'not in a channel')
  }

  async #leave(): Promise<void> {
    this.#step({ type: 'leave' })
    if (this.#state !== 'leaving') return
    await this.#requests.ask({ type: 'leave' }, this.#timeouts.leaveMs).catch(() => undefined)
    this.#step({ type: 'left' })
  }

  /** The one place where a socket counts as lost. */
  #lost(reason: string): void {
    this.#step({ type: 'lost', reason })
  }

  #step(input: SessionInput): void {
    const { state, outputs } = sessionStep(this.#state, input)
    this.#state = state
    for (const output of outputs) this.#carryOut(output)
  }

  #carryOut(output: SessionOutput): void {
    switch (output.type) {
      case 'refuse': throw new AliRtcError(output.code, output.message)
      case 'start': return this.#start()
      case 'settle': return this.#settle(output.answer)
      case 'deliver': return this.#inOrder(() => this.#deliver(output.event))
      case 'stop-media': return this.#closeMedia(new AliRtcError(output.code, output.message))
      case 'end': return this.#end(new AliRtcError(output.code, output.message), output.last)
    }
  }

  #start(): void {
    void nextTurn().then(() => this.#openGate()) // the caller of join() goes first
    this.#inOrder(() => this.#emit({ type: 'connection', state: 'connected' }))
    this.#stopHeartbeat = startHeartbeat({
      pingEveryMs: this.#timeouts.pingEveryMs,
      ping: () => this.#requests.ask({ type: 'ping' }, this.#timeouts.pingAnswerMs),
      onDead: () => this.#lost(`no answer to a ping within ${this.#timeouts.pingAnswerMs} ms`),
    })
  }

  #settle(answer: ServerAnswer): void {
    if (this.#requests.settle(answer)) return
    this.#report(answer.type === 'error' ? `the server complains: ${answer.message} (${answer.code})` : `the server answered "${answer.type}" to nothing`)
  }

  #end(error: AliRtcError, last: LinkEvent | undefined): void {
    this.#life.abort(error)
    this.#requests.end(error)
    this.#stopHeartbeat?.()
    this.#closeMedia(error)
    this.#signalling?.close()
    if (last !== undefined) this.#inOrder(() => this.#emit(last))
  }

  #closeMedia(reason: AliRtcError): void {
    this.#media?.publishing.close(reason)
    this.#media?.subscribing.close(reason)
  }

  async #deliver(event: DeliveredEvent): Promise<void> {
    const media = this.#media
    if (media === undefined) return
    switch (event.type) {
      case 'offer': return this.#takeOffer(media.subscribing, event)
      case 'candidate': return media[event.connection === 'publish' ? 'publishing' : 'subscribing'].addCandidate(event.candidate)
      case 'layer': return media.subscribing.switchLayer(event.userId, event.label).forEach(this.#emit)
      case 'unpublished':
      case 'member-left': media.subscribing.endUser(event.userId).forEach(this.#emit)
    }
    this.#emit(event)
  }

  async #takeOffer(subscribing: Subscribing, offer: Extract<DeliveredEvent, { type: 'offer' }>): Promise<void> {
    try {
      (await subscribing.takeOffer(offer)).forEach(this.#emit)
    } catch (error) {
      if (this.#life.signal.aborted || this.#state !== 'joined') return
      this.#report('an offer of the server could not be used', error)
      this.#emit({ type: 'media-lost', direction: 'subscribe' })
    }
  }

  #inOrder(task: () => Promise<void> | void): void {
    this.#events.run(task).catch((error: unknown) => this.#report('an event could not be carried out', error))
  }

  readonly #emit = (event: LinkEvent): void => {
    if (this.#leaving !== undefined) return // no event follows leave()
    try {
      this.#onEvent(event)
    } catch (error) {
      this.#report(`the listener failed on "${event.type}"`, error)
    }
  }
}

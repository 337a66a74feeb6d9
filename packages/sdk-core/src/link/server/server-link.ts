import { ERROR_INTERNAL, ERROR_NOT_IN_CHANNEL, type Connection, type MemberRow, type Role, type ServerAnswer, type Slot } from '@earshot/protocol'
import type { StatsSource } from '@earshot/stats-sampler'
import { AliRtcError } from '../../errors.js'
import { log } from '../../log.js'
import type { ChannelLink, JoinRequest, LinkEvent, PublishOptions, SessionLost, StreamOwner, Wanted } from '../channel-link.js'
import { EventOutlet, type Report } from './event-outlet.js'
import { startHeartbeat } from './heartbeat.js'
import { LinkMedia } from './link-media.js'
import { LINK_TIMEOUTS, type LinkTimeouts } from './link-timeouts.js'
import { iceServersOf } from './publication.js'
import { ServerRequests, type Consent, type Question } from './server-requests.js'
import { sessionStep, type SessionInput, type SessionOutput, type SessionState } from './session-state.js'
import { SignallingLine } from './signalling-line.js'
import type { OpenSocket } from './signalling-socket.js'

export interface ServerLinkOptions {
  /** Default: a WebSocket. */
  readonly openSocket?: OpenSocket
  readonly timeouts?: Partial<LinkTimeouts>
  /** What went wrong without harm to a call or to the session, such as a malformed message; for a log. Default: ours, at `warn`. */
  readonly report?: Report
}

/**
 * One session on a channel server of ours: signalling over WebSockets, media over two peer connections. Lost sockets and lost
 * paths are repaired; meanwhile it is `reconnecting`.
 *
 * Beside what `ChannelLink` says: the end of a link (`bye`, `session-lost`, `leave()`) ends its tracks without an event for
 * each; and a user's tracks end before its `unpublished` or `member-left`.
 */
export function createServerLink(options: ServerLinkOptions, onEvent: (event: LinkEvent | SessionLost) => void): ChannelLink {
  return new ServerLink(options, onEvent)
}

class ServerLink implements ChannelLink {
  readonly #openSocket: OpenSocket | undefined
  readonly #timeouts: LinkTimeouts
  readonly #report: Report
  readonly #outlet: EventOutlet
  readonly #requests: ServerRequests = new ServerRequests((message) => this.#line?.say(message))
  /** What does not work at the moment. */
  readonly #ailing: Set<'signalling' | Connection> = new Set()
  /** Aborted, with the error for whoever still waits, when the link ends. */
  readonly #life: AbortController = new AbortController()
  #state: SessionState = 'idle'
  #line: SignallingLine | undefined
  #media: LinkMedia | undefined
  #stopHeartbeat: (() => void) | undefined
  #leaving: Promise<void> | undefined

  constructor(options: ServerLinkOptions, onEvent: (event: LinkEvent | SessionLost) => void) {
    this.#openSocket = options.openSocket
    this.#timeouts = { ...LINK_TIMEOUTS, ...options.timeouts }
    this.#report = options.report ?? warn
    this.#outlet = new EventOutlet(onEvent, this.#report)
  }

  async join(request: JoinRequest): Promise<readonly MemberRow[]> {
    this.#step({ type: 'join' })
    const afterMs = this.#timeouts.joinMs
    const timer = setTimeout(() => this.#step({ type: 'join-overdue', afterMs }), afterMs)
    try {
      await this.#openLine(request.gslb)
      const { gslb: _, turn, ...fields } = request
      const answer = await this.#requests.ask({ type: 'join', ...fields, key: sessionKey() }, afterMs)
      if (answer.type !== 'joined') throw new AliRtcError(ERROR_INTERNAL, `the server answered "join" with "${answer.type}"`)
      this.#openMedia(iceServersOf(answer.iceServers, turn))
      return answer.members
    } catch (error) {
      this.#step({ type: 'join-failed' })
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  leave(): Promise<void> {
    this.#outlet.silence()
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
    return this.#media?.statsSources() ?? new Map()
  }

  ownerOf(source: string, stream: Parameters<ChannelLink['ownerOf']>[1]): StreamOwner | undefined {
    return this.#media?.ownerOf(source, stream)
  }

  #openLine(entries: readonly string[]): Promise<void> {
    this.#line = new SignallingLine({
      ...this.#timeouts,
      entries,
      openSocket: this.#openSocket,
      signal: this.#life.signal,
      onMessage: (message) => this.#step({ type: 'message', message }),
      onFault: (fault) => this.#report(`the server sent a malformed message: ${fault}`),
      onDown: (reason) => this.#lineDown(reason),
      onUp: () => this.#lineUp(),
      onNewSocket: () => this.#media?.hurry(),
      onGone: (reason, gslb) => this.#step({ type: 'lost', reason, gslb }),
    })
    return this.#line.open()
  }

  #lineDown(reason: string): void {
    this.#stopHeartbeat?.()
    this.#ails('signalling', reason)
    // Should the old socket be well, it answers first. On a new one the answer follows what we missed, which may be a `bye`
    const well = (): void => this.#ails('signalling', undefined)
    this.#ask({ type: 'ping' }).then(well, well)
    this.#requests.pause()
  }

  #lineUp(): void {
    this.#requests.resume(this.#timeouts.answerMs)
    if (this.#state === 'joined') this.#beat()
  }

  /** @param reason in words; undefined: it is well again */
  #ails(part: 'signalling' | Connection, reason: string | undefined): void {
    if (this.#state !== 'joined') return
    const were = this.#ailing.size
    if (reason === undefined) this.#ailing.delete(part)
    else this.#ailing.add(part)
    if ((were === 0) === (this.#ailing.size === 0)) return
    this.#outlet.emitInOrder(reason === undefined ? { type: 'connection', state: 'connected' } : { type: 'connection', state: 'reconnecting', reason })
  }

  #openMedia(iceServers: readonly RTCIceServer[]): void {
    this.#media = new LinkMedia({
      iceServers,
      patience: this.#timeouts,
      ask: (question) => this.#ask(question),
      say: (message) => this.#line?.say(message),
      canAsk: () => this.#line?.isUp === true,
      onPath: (connection, silent) => {
        if (silent !== undefined) this.#line?.doubt(silent)
        this.#ails(connection, silent)
      },
      outlet: this.#outlet,
      report: this.#report,
    })
  }

  #ask(question: Question): Promise<Consent> {
    return this.#requests.ask(question, this.#timeouts.answerMs)
  }

  #joined(): LinkMedia {
    if (this.#state === 'joined' && this.#media !== undefined) return this.#media
    throw new AliRtcError(ERROR_NOT_IN_CHANNEL, 'not in a channel')
  }

  async #leave(): Promise<void> {
    this.#step({ type: 'leave' })
    if (this.#state !== 'leaving') return
    const { leaveMs, farewellMs } = this.#timeouts
    const left = (): void => this.#step({ type: 'left' })
    const giveUp = setTimeout(left, farewellMs)
    let patience: ReturnType<typeof setTimeout> | undefined
    await Promise.race([
      this.#requests.ask({ type: 'leave' }, farewellMs).then(left, left).then(() => clearTimeout(giveUp)), // the end of the session settles it, too
      new Promise((resolve) => { patience = setTimeout(resolve, leaveMs) }),
    ])
    clearTimeout(patience)
    this.#line?.doubt('no answer to "leave"') // it goes on in the background, so that the others need not wait for the end of the grace time
  }

  #step(input: SessionInput): void {
    const { state, outputs } = sessionStep(this.#state, input)
    this.#state = state
    for (const output of outputs) this.#carryOut(output)
  }

  #carryOut(output: SessionOutput): void {
    switch (output.type) {
      case 'refuse': throw output.error
      case 'start': return this.#start()
      case 'settle': return this.#settle(output.answer)
      case 'deliver': return this.#outlet.inOrder(() => this.#media?.take(output.event))
      case 'stop-media': return this.#media?.close(output.error)
      case 'end': return this.#end(output.error, output.last)
    }
  }

  #start(): void {
    this.#outlet.open()
    this.#outlet.emitInOrder({ type: 'connection', state: 'connected' })
    this.#beat()
  }

  #beat(): void {
    const { pingEveryMs, pingAnswerMs } = this.#timeouts
    this.#stopHeartbeat?.()
    this.#stopHeartbeat = startHeartbeat({
      pingEveryMs,
      ping: () => this.#ping(pingAnswerMs),
      onDead: () => this.#line?.doubt(`no answer to "ping" within ${pingAnswerMs} ms`),
    })
  }

  /** Each side learns what the other has heard. */
  async #ping(timeoutMs: number): Promise<void> {
    const { received = 0, said = 0 } = this.#line ?? {}
    await this.#requests.ask({ type: 'ping', received }, timeoutMs)
    this.#line?.forget(said)
  }

  #settle(answer: ServerAnswer): void {
    if (this.#requests.settle(answer)) return
    this.#report(answer.type === 'error' ? `the server complains: ${answer.message} (${answer.code})` : `the server answered "${answer.type}" to nothing`)
  }

  #end(error: AliRtcError, last: LinkEvent | SessionLost | undefined): void {
    this.#life.abort(error)
    this.#requests.end(error)
    this.#stopHeartbeat?.()
    this.#media?.close(error)
    this.#line?.close()
    if (last !== undefined) this.#outlet.emitInOrder(last)
  }
}

/** 128 bits. `crypto.randomUUID` is missing on insecure pages. */
function sessionKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function warn(problem: string, cause?: unknown): void {
  log('warn', problem, ...(cause === undefined ? [] : [cause]))
}

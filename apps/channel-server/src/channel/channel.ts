import { ERROR_MEDIA_REFUSED, ERROR_RATE_LIMITED, type Role, type ServerMessage, type StreamLabel } from '@earshot/protocol'
import type { Log } from '../log.js'
import { SfuError, type SfuEngine, type SfuEvent } from '../sfu/sfu-engine.js'
import { ChannelMedia } from './channel-media.js'
import {
  emptyChannel, type ChannelSettings, type ChannelState, type Input, type JoinMessage, type MemberMessage, type Output, type Refusal,
} from './channel-model.js'
import { step } from './channel-state.js'
import { readTransportId } from './engine-ids.js'
import { memberOf, serverFailure } from './refusals.js'

/** The way to one client: a WebSocket, in production. */
export interface MemberLink {
  /** The server's address as this client reaches it, for media. */
  readonly address: string
  send(message: ServerMessage): void
  /** The session is over; the last message has been sent. */
  end(why: 'left' | 'bye' | 'gone'): void
}

/** A member as the control API shows it. */
export interface MemberView {
  readonly userId: string
  readonly displayName: string
  readonly role: Role
  /** Milliseconds since the epoch. */
  readonly joinedAt: number
  /** What it sends now. */
  readonly streams: readonly StreamLabel[]
}

export interface ChannelOptions {
  readonly id: string
  readonly engine: SfuEngine
  readonly log: Log
  readonly settings: ChannelSettings
  /** Messages of one member that may wait for earlier ones. */
  readonly maxWaiting: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** A member is gone, for whatever reason. */
  readonly onEnd: (sessionId: string) => void
}

/** Runs what `step` puts out, on sockets and on the SFU, and feeds back what comes of it. */
export class Channel {
  readonly id: string
  readonly #options: ChannelOptions
  readonly #media: ChannelMedia
  readonly #links = new Map<string, MemberLink>()
  /** What each member said while the SFU was at work for it. */
  readonly #waiting = new Map<string, MemberMessage[]>()
  #state: ChannelState

  constructor(options: ChannelOptions) {
    this.id = options.id
    this.#options = options
    this.#media = new ChannelMedia(options.engine, options.id)
    this.#state = emptyChannel(options.settings)
  }

  get size(): number {
    return this.#state.members.size
  }

  has(userId: string): boolean {
    return memberOf(this.#state, userId) !== undefined
  }

  /** Whether the session is in the channel afterwards; if not, it was told why. */
  join(sessionId: string, link: MemberLink, request: JoinMessage): boolean {
    this.#links.set(sessionId, link)
    this.#apply({ type: 'join', sessionId, request, atMs: this.#options.now() })
    const joined = this.#state.members.has(sessionId)
    if (!joined) this.#links.delete(sessionId)
    return joined
  }

  /** One message at a time: what comes while the SFU works on a request of the same member waits, but for pings, which ask after the line only. */
  message(sessionId: string, message: MemberMessage): void {
    if (message.type === 'ping') return this.#apply({ type: 'message', sessionId, message })
    const waiting = this.#waiting.get(sessionId) ?? []
    if (waiting.length >= this.#options.maxWaiting) {
      const id = 'id' in message ? { id: message.id } : {}
      this.#links.get(sessionId)?.send({ type: 'error', ...id, code: ERROR_RATE_LIMITED, message: `${waiting.length} messages are waiting already` })
      return
    }
    waiting.push(message)
    this.#waiting.set(sessionId, waiting)
    this.#pump(sessionId)
  }

  /** The socket is gone. */
  gone(sessionId: string): void {
    this.#apply({ type: 'gone', sessionId })
  }

  /** Whether there was such a user. */
  kick(userId: string): boolean {
    const member = memberOf(this.#state, userId)
    if (member !== undefined) this.#apply({ type: 'kick', sessionId: member.sessionId })
    return member !== undefined
  }

  /** Everybody gets bye 2. */
  close(): void {
    this.#apply({ type: 'close' })
  }

  members(): readonly MemberView[] {
    return [...this.#state.members.values()].map((member) => ({
      userId: member.userId,
      displayName: member.displayName,
      role: member.role,
      joinedAt: member.joinedAtMs,
      streams: member.streams.filter((row) => row.state === 'active').map((row) => row.label),
    }))
  }

  /** What the SFU has to say about a transport of this channel. */
  engineEvent(event: Exclude<SfuEvent, { type: 'fatal' }>): void {
    const transport = readTransportId(event.transportId)
    if (transport === undefined) return
    const { sessionId, connection } = transport
    if (event.type === 'transport') {
      const userId = this.#state.members.get(sessionId)?.userId
      this.#options.log.debug({ channel: this.id, user: userId, session: sessionId, connection, state: event.state }, 'transport changed')
    } else if (event.type === 'candidate') {
      this.#apply({ type: 'candidate', sessionId, connection, candidate: event.candidate })
    } else {
      this.#apply({ ...event, sessionId })
    }
  }

  #apply(input: Input): void {
    const { state, outputs } = step(this.#state, input)
    this.#state = state
    for (const output of outputs) this.#run(output)
  }

  #pump(sessionId: string): void {
    const waiting = this.#waiting.get(sessionId)
    while (waiting !== undefined && waiting.length > 0 && this.#state.members.get(sessionId)?.pending === null) {
      const message = waiting.shift()
      if (message !== undefined) this.#apply({ type: 'message', sessionId, message })
    }
  }

  #run(output: Output): void {
    const { sessionId } = output
    const address = this.#links.get(sessionId)?.address ?? ''
    switch (output.type) {
      case 'tell': return this.#links.get(sessionId)?.send(output.message)
      case 'end': return this.#end(sessionId, output.why)
      case 'receive': return this.#report(sessionId, this.#media.receive(sessionId, address, output.offer, output.fresh))
      case 'send': {
        const sent = this.#media.send(sessionId, address, output.consumers)
        return output.awaited ? this.#report(sessionId, sent) : this.#logFailure(sessionId, sent, 'send')
      }
      case 'answer': return this.#report(sessionId, this.#media.answer(sessionId, output.offerId, output.sdp))
      case 'restart': return this.#logFailure(sessionId, this.#media.restart(sessionId), 'restart')
      case 'add-candidate': return this.#logFailure(sessionId, this.#media.addCandidate(sessionId, output.connection, output.candidate), 'candidate')
      case 'close-transport': return this.#logFailure(sessionId, this.#media.close(sessionId, output.connection), 'close')
      case 'note': return this.#note(output)
    }
  }

  #end(sessionId: string, why: 'left' | 'bye' | 'gone'): void {
    const link = this.#links.get(sessionId)
    this.#links.delete(sessionId)
    this.#waiting.delete(sessionId)
    this.#options.onEnd(sessionId)
    link?.end(why)
  }

  /** Tells the state what became of a request that the SFU works on. */
  #report(sessionId: string, work: Promise<{ readonly sdp: string } | void>): void {
    work.then(
      (result) => this.#apply({ type: 'done', sessionId, ...(result === undefined ? {} : { sdp: result.sdp }) }),
      (error: unknown) => this.#apply({ type: 'failed', sessionId, refusal: this.#refusalFor(sessionId, error) }),
    ).then(() => this.#pump(sessionId)).catch((error: unknown) => this.#logError(sessionId, error, 'request failed'))
  }

  #refusalFor(sessionId: string, error: unknown): Refusal {
    if (error instanceof SfuError) return { code: ERROR_MEDIA_REFUSED, message: error.message }
    this.#logError(sessionId, error, 'the SFU failed')
    return serverFailure(error)
  }

  /** Nobody waits for these. What the SFU refuses here has crossed the end of a transport on the way, most of the time. */
  #logFailure(sessionId: string, work: Promise<void>, what: string): void {
    work.catch((error: unknown) => {
      if (error instanceof SfuError) this.#options.log.debug({ channel: this.id, session: sessionId, err: error }, `${what} refused`)
      else this.#logError(sessionId, error, `${what} failed`)
    })
  }

  #logError(sessionId: string, error: unknown, message: string): void {
    this.#options.log.warn({ channel: this.id, session: sessionId, err: error }, message)
  }

  #note({ note, sessionId, userId, detail }: Extract<Output, { type: 'note' }>): void {
    this.#options.log.info({ channel: this.id, user: userId, session: sessionId, ...detail }, note)
  }
}

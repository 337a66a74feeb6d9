import { randomUUID } from 'node:crypto'
import { ERROR_NOSESSION, ERROR_SERVER_FULL, type ClientMessage, type IceServer } from '@earshot/protocol'
import type { Limits } from '../limits.js'
import type { Log } from '../log.js'
import type { SfuEngine, SfuEvent } from '../sfu/sfu-engine.js'
import { Channel } from './channel.js'
import type { JoinMessage, MemberMessage, Refusal } from './channel-model.js'
import { readTransportId } from './engine-ids.js'
import { LastingLink, type MemberSocket } from './lasting-link.js'
import { serverFailure } from './refusals.js'
import { checkToken, type App } from './token.js'

export interface RegistryOptions {
  readonly engine: SfuEngine
  readonly log: Log
  readonly app: App
  readonly limits: Limits
  readonly iceServers: readonly IceServer[]
  /** How long a session that has a key stays without a socket. */
  readonly graceSeconds: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

interface Entry {
  readonly channel: Channel
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly roomOpened: Promise<void>
  /** Joins on their way; the channel stays open for them. */
  joining: number
}

type ResumeMessage = Extract<ClientMessage, { type: 'resume' }>

/** What a session can do once it is in a channel. */
export interface Session {
  readonly sessionId: string
  readonly userId: string
  readonly channelId: string
  /** Where it says what to the client, over one socket after the other. */
  readonly link: LastingLink
  message(message: MemberMessage): void
}

/** All channels. One opens with its first join and closes with its last leave; each has a room of the SFU. */
export class ChannelRegistry {
  readonly #options: RegistryOptions
  readonly #entries = new Map<string, Entry>()
  /** Rooms on their way out; a channel of the same id opens its room only after that. */
  readonly #closing = new Map<string, Promise<void>>()
  readonly #channelOfSession = new Map<string, Channel>()
  /** By key; those that are over too, until nobody may come back for their last words. */
  readonly #resumable = new Map<string, Session>()
  readonly #stopListening: () => void
  #draining = false

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#stopListening = options.engine.on((event) => this.#engineEvent(event))
  }

  /**
   * Checks the token and lets the session in. `null` when it was refused; then `socket` was told why and may try again.
   * `isOpen` is asked again after the wait for the room, so that nobody joins whose socket has gone meanwhile.
   */
  async join(socket: MemberSocket, request: JoinMessage, isOpen: () => boolean): Promise<Session | null> {
    const sessionId = randomUUID()
    const refusal = this.#refusalOf(request)
    if (refusal !== null) return this.#refuse(socket, sessionId, request, refusal)
    const entry = this.#entries.get(request.channel) ?? this.#open(request.channel)
    entry.joining += 1
    try {
      await entry.roomOpened
      if (!isOpen() || this.#draining) return null
      return this.#enter(entry.channel, sessionId, socket, request)
    } catch (error) {
      this.#options.log.error({ channel: request.channel, err: error }, 'the room could not be opened')
      return this.#refuse(socket, sessionId, request, serverFailure(error))
    } finally {
      entry.joining -= 1
      this.#closeIfEmpty(entry)
    }
  }

  /** Goes on over another socket, and tells it all that the last ones did not bring. `null` when there is no such session (any more). */
  resume(socket: MemberSocket, { id, key, received }: ResumeMessage): Session | null {
    const session = this.#resumable.get(key)
    if (session?.link.resume(socket, id, received) === true) return session
    if (session !== undefined && this.get(session.channelId)?.has(session.userId) === true) {
      session.link.replaced(socket, id) // a rejoin would put out who joined last
      return session
    }
    socket.send({ type: 'error', id, code: ERROR_NOSESSION, message: 'there is no session with that key' })
    return null
  }

  get(channelId: string): Channel | undefined {
    return this.#entries.get(channelId)?.channel
  }

  list(): readonly { readonly id: string; readonly users: number; readonly since: number }[] {
    return [...this.#entries.values()].map(({ channel, since }) => ({ id: channel.id, users: channel.size, since }))
  }

  /** Members of all channels. */
  get members(): number {
    return this.#channelOfSession.size
  }

  /** Nobody gets in from now on. */
  drain(): void {
    this.#draining = true
  }

  /** Stops listening to the SFU; the sockets are closed by whoever opened them. */
  close(): void {
    this.drain()
    this.#stopListening()
  }

  #refusalOf(request: JoinMessage): Refusal | null {
    const { app, limits, now } = this.#options
    if (this.#draining) return { code: ERROR_SERVER_FULL, message: 'the server is shutting down' }
    const refusal = checkToken(request, app, Math.floor(now() / 1000))
    if (refusal !== null) return refusal
    return !this.#entries.has(request.channel) && this.#entries.size >= limits.channels
      ? { code: ERROR_SERVER_FULL, message: `the server has ${limits.channels} channels, the most it allows` }
      : null
  }

  #enter(channel: Channel, sessionId: string, socket: MemberSocket, request: JoinMessage): Session | null {
    const { graceSeconds, limits, now } = this.#options
    const { key, userId } = request
    const session: Session = {
      sessionId, userId, channelId: channel.id,
      message: (message) => channel.message(sessionId, message),
      link: new LastingLink(socket, {
        graceMs: key === undefined ? 0 : graceSeconds * 1000, maxBytes: limits.queueBytes, now,
        onGone: () => { if (!this.#draining) channel.gone(sessionId) },
        onForgotten: () => { if (key !== undefined && this.#resumable.get(key) === session) this.#resumable.delete(key) },
      }),
    }
    this.#channelOfSession.set(sessionId, channel)
    if (!channel.join(sessionId, session.link, request)) {
      this.#channelOfSession.delete(sessionId)
      return null
    }
    if (key !== undefined) this.#resumable.set(key, session)
    return session
  }

  #refuse(socket: MemberSocket, sessionId: string, request: JoinMessage, refusal: Refusal): null {
    socket.send({ type: 'error', id: request.id, ...refusal })
    this.#options.log.info({ channel: request.channel, user: request.userId, session: sessionId, request: 'join', code: refusal.code, reason: refusal.message }, 'refused')
    return null
  }

  #open(id: string): Entry {
    const { engine, limits, iceServers, log, now } = this.#options
    const channel = new Channel({
      id, engine, log, now,
      settings: { maxMembers: limits.membersPerChannel, maxTracks: limits.tracksPerMember, iceServers },
      maxWaiting: limits.waitingRequests,
      onEnd: (sessionId) => {
        this.#channelOfSession.delete(sessionId)
        // After the step that ended it: a second login of the last member joins in that very step.
        queueMicrotask(() => this.#closeIfEmpty(entry))
      },
    })
    const roomOpened = (this.#closing.get(id) ?? Promise.resolve()).then(() => engine.openRoom(id))
    const entry: Entry = { channel, since: now(), roomOpened, joining: 0 }
    this.#entries.set(id, entry)
    return entry
  }

  #closeIfEmpty(entry: Entry): void {
    const { id } = entry.channel
    if (entry.joining > 0 || entry.channel.size > 0 || this.#entries.get(id) !== entry) return
    this.#entries.delete(id)
    const closed: Promise<void> = entry.roomOpened
      .then(() => this.#options.engine.closeRoom(id))
      .catch((error: unknown) => this.#options.log.warn({ channel: id, err: error }, 'the room could not be closed'))
      .then(() => { if (this.#closing.get(id) === closed) this.#closing.delete(id) })
    this.#closing.set(id, closed)
  }

  #engineEvent(event: SfuEvent): void {
    if (event.type === 'fatal') return // the process ends, see main
    const sessionId = readTransportId(event.transportId)?.sessionId ?? ''
    this.#channelOfSession.get(sessionId)?.engineEvent(event)
  }
}

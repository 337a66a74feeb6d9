import { randomUUID } from 'node:crypto'
import { ERROR_SERVER_FULL, type IceServer } from '@earshot/protocol'
import type { Limits } from '../limits.js'
import type { Log } from '../log.js'
import type { SfuEngine, SfuEvent } from '../sfu/sfu-engine.js'
import { Channel, type MemberLink } from './channel.js'
import type { JoinMessage, MemberMessage, Refusal } from './channel-model.js'
import { readTransportId } from './engine-ids.js'
import { serverFailure } from './refusals.js'
import { checkToken, type App } from './token.js'

export interface RegistryOptions {
  readonly engine: SfuEngine
  readonly log: Log
  readonly app: App
  readonly limits: Limits
  readonly iceServers: readonly IceServer[]
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

/** What a session can do once it is in a channel. */
export interface Session {
  readonly sessionId: string
  readonly userId: string
  readonly channelId: string
  message(message: MemberMessage): void
  /** The socket is gone. */
  gone(): void
}

/** All channels. One opens with its first join and closes with its last leave; each has a room of the SFU. */
export class ChannelRegistry {
  readonly #options: RegistryOptions
  readonly #entries = new Map<string, Entry>()
  /** Rooms on their way out; a channel of the same id opens its room only after that. */
  readonly #closing = new Map<string, Promise<void>>()
  readonly #channelOfSession = new Map<string, Channel>()
  readonly #stopListening: () => void
  #draining = false

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#stopListening = options.engine.on((event) => this.#engineEvent(event))
  }

  /**
   * Checks the token and lets the session in. `null` when it was refused; then `link` was told why and may try again.
   * `isOpen` is asked again after the wait for the room, so that nobody joins whose socket has gone meanwhile.
   */
  async join(link: MemberLink, request: JoinMessage, isOpen: () => boolean): Promise<Session | null> {
    const sessionId = randomUUID()
    const refusal = this.#refusalOf(request)
    if (refusal !== null) return this.#refuse(link, sessionId, request, refusal)
    const entry = this.#entries.get(request.channel) ?? this.#open(request.channel)
    entry.joining += 1
    try {
      await entry.roomOpened
      if (!isOpen() || this.#draining) return null
      this.#channelOfSession.set(sessionId, entry.channel)
      if (entry.channel.join(sessionId, link, request)) return sessionOf(entry.channel, sessionId, request)
      this.#channelOfSession.delete(sessionId)
      return null
    } catch (error) {
      this.#options.log.error({ channel: request.channel, err: error }, 'the room could not be opened')
      return this.#refuse(link, sessionId, request, serverFailure(error))
    } finally {
      entry.joining -= 1
      this.#closeIfEmpty(entry)
    }
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

  #refuse(link: MemberLink, sessionId: string, request: JoinMessage, refusal: Refusal): null {
    link.send({ type: 'error', id: request.id, ...refusal })
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

function sessionOf(channel: Channel, sessionId: string, { userId }: JoinMessage): Session {
  return {
    sessionId, userId, channelId: channel.id,
    message: (message) => channel.message(sessionId, message),
    gone: () => channel.gone(sessionId),
  }
}

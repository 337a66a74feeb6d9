import {
  ERROR_ALREADY_JOINED, ERROR_APP_UNKNOWN, ERROR_CHANNEL_ID_MALFORMED, ERROR_JOIN_TIMEOUT, ERROR_MALFORMED_MESSAGE, ERROR_NOT_IN_CHANNEL,
  ERROR_RATE_LIMITED, ERROR_TOKEN_INVALID, ERROR_USER_ID_MALFORMED, parseClientMessage, type ClientMessage, type MessageFault, type ServerMessage,
} from '@earshot/protocol'
import type { RawData, WebSocket } from 'ws'
import type { JoinMessage, MemberMessage } from './channel/channel-model.js'
import type { ChannelRegistry, Session } from './channel/channel-registry.js'
import type { MemberSocket } from './channel/lasting-link.js'
import type { Limits } from './limits.js'
import type { Log } from './log.js'
import { admit, countMalformed, newGuard, type GuardState, type Verdict } from './message-guard.js'
import type { Metrics } from './metrics.js'

export interface ConnectionOptions {
  readonly registry: ChannelRegistry
  readonly limits: Limits
  readonly log: Log
  readonly metrics: Pick<Metrics, 'message' | 'error'>
  /** The server's address as this client reaches it, for media. */
  readonly address: string
  /** The client's address, for the log. */
  readonly peer: string
  /** Milliseconds. */
  readonly now: () => number
}

type Phase =
  | { readonly is: 'new' }
  /** What came while the join was on its way waits here. */
  | { readonly is: 'joining'; readonly waiting: ClientMessage[] }
  | { readonly is: 'joined'; readonly session: Session }
  | { readonly is: 'closed' }

/** Milliseconds a peer has to answer our close frame; `ws` alone would hold its socket for 30 s. */
const CLOSE_MS = 2000
/** Characters of an answer to a malformed message. */
const MAX_FAULT = 300

/** Close codes of a client that goes on purpose: a closed page, a navigation. */
const MEANT: ReadonlySet<number> = new Set([1000, 1001])

/** One WebSocket on `/v1/channel`: parses, limits, joins or resumes, and then passes messages on. */
export class Connection implements MemberSocket {
  readonly address: string
  /** When the client last said anything, a pong included; milliseconds. */
  lastHeardMs: number
  readonly #socket: WebSocket
  readonly #options: ConnectionOptions
  readonly #joinTimer: NodeJS.Timeout
  #guard: GuardState
  #phase: Phase = { is: 'new' }
  /** Closed by us for what the client did: no other socket brings its session back. */
  #expelled = false

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.address = options.address
    this.lastHeardMs = options.now()
    this.#guard = newGuard(options.limits, options.now())
    this.#joinTimer = setTimeout(() => this.#joinedTooLate(), options.limits.joinSeconds * 1000)
    socket.on('message', (data, isBinary) => this.#heard(() => this.#receive(data, isBinary)))
    socket.on('ping', () => this.#heard(() => this.#cutOffSlowReader()))
    socket.on('pong', () => this.#heard())
    socket.on('close', (code) => this.#closed(code))
    socket.on('error', (error) => options.log.debug({ peer: options.peer, err: error }, 'socket error')) // `close` follows
  }

  get joined(): boolean {
    return this.#phase.is === 'joined'
  }

  send(message: ServerMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (message.type === 'error') this.#options.metrics.error(message.code)
    this.#socket.send(JSON.stringify(message))
    this.#cutOffSlowReader()
  }

  abandon(): void {
    this.#phase = { is: 'closed' }
    this.#socket.terminate()
  }

  /** The session ended; one session a socket, so the socket does too. */
  end(why: 'left' | 'bye' | 'gone'): void {
    this.#phase = { is: 'closed' }
    this.close(1000, why)
  }

  /** Asks the client for a sign of life, or gives it up after `graceMs` of silence. */
  checkAlive(graceMs: number): void {
    if (this.#options.now() - this.lastHeardMs > graceMs) {
      this.#options.log.info({ peer: this.#options.peer, ...this.#who() }, 'silent, given up')
      this.#socket.terminate()
    } else if (this.#socket.readyState === this.#socket.OPEN) {
      this.#socket.ping()
    }
  }

  close(code: number, reason: string): void {
    clearTimeout(this.#joinTimer)
    this.#socket.close(code, reason)
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref()
  }

  /** Without waiting for anyone. */
  terminate(): void {
    this.#socket.terminate()
  }

  #heard(work?: () => void): void {
    this.lastHeardMs = this.#options.now()
    work?.()
  }

  /** Pongs fill the queue as messages do. */
  #cutOffSlowReader(): void {
    if (this.#socket.bufferedAmount <= this.#options.limits.queueBytes) return
    this.#options.log.warn({ peer: this.#options.peer, ...this.#who(), bytes: this.#socket.bufferedAmount }, 'reads too slowly, cut off')
    this.#socket.terminate() // a close frame would only join the queue
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#phase.is === 'closed' || this.#socket.readyState !== this.#socket.OPEN) return
    const { limits, metrics, now } = this.#options
    const text = String(data) // one Buffer: the default binaryType of ws
    if (this.#phase.is === 'joined') this.#phase.session.link.received += 1
    const admitted = admit(this.#guard, limits, now())
    this.#guard = admitted.guard
    if (admitted.verdict !== 'take') return this.#tooMany(text, admitted.verdict)
    if (isBinary) return this.#malformed({ message: 'binary messages are not part of this protocol' }, 'binary')
    const length = Buffer.byteLength(text)
    if (length > limits.messageBytes) return this.#tooLong(length)
    const parsed = parseSafely(text)
    if (!parsed.ok) return this.#malformed(parsed.fault, 'malformed')
    metrics.message(parsed.message.type)
    this.#take(parsed.message)
  }

  #take(message: ClientMessage): void {
    const id = 'id' in message ? { id: message.id } : {}
    switch (this.#phase.is) {
      case 'new':
        if (message.type === 'join') void this.#join(message)
        else if (message.type === 'resume') this.#begin(this.#options.registry.resume(this, message))
        else this.send({ type: 'error', ...id, code: ERROR_NOT_IN_CHANNEL, message: `"${message.type}" needs a join before it` })
        return
      case 'joining':
        if (this.#phase.waiting.length < this.#options.limits.waitingRequests) this.#phase.waiting.push(message)
        else this.send({ type: 'error', ...id, code: ERROR_RATE_LIMITED, message: 'too many messages are waiting for the join' })
        return
      case 'joined':
        if (message.type === 'join' || message.type === 'resume') this.#answer({ type: 'error', ...id, code: ERROR_ALREADY_JOINED, message: 'this socket has joined already' })
        else this.#told(this.#phase.session, message)
        return
      case 'closed':
        return
    }
  }

  async #join(request: JoinMessage): Promise<void> {
    const waiting: ClientMessage[] = []
    this.#phase = { is: 'joining', waiting }
    const session = await this.#options.registry.join(this, request, () => this.#phase.is === 'joining')
    if (this.#phase.is !== 'joining') return session?.link.closed(this, false) // closed or replaced meanwhile
    this.#begin(session)
    if (session !== null) session.link.received += waiting.length
    for (const message of waiting) this.#take(message)
  }

  #begin(session: Session | null): void {
    if (session === null) {
      this.#phase = { is: 'new' }
    } else if (this.#phase.is !== 'closed') { // the last words of a session that was over
      this.#phase = { is: 'joined', session }
      clearTimeout(this.#joinTimer)
    }
  }

  #told(session: Session, message: MemberMessage): void {
    if (message.type === 'ping' && message.received !== undefined) session.link.acknowledge(message.received)
    session.message(message)
  }

  #closed(code: number): void {
    clearTimeout(this.#joinTimer)
    const phase = this.#phase
    this.#phase = { is: 'closed' }
    this.#options.log.debug({ peer: this.#options.peer, code }, 'socket closed')
    if (phase.is === 'joined') phase.session.link.closed(this, this.#expelled || MEANT.has(code))
  }

  #joinedTooLate(): void {
    if (this.#phase.is === 'joined' || this.#phase.is === 'closed') return
    this.send({ type: 'error', code: ERROR_JOIN_TIMEOUT, message: `no join within ${this.#options.limits.joinSeconds} s` })
    this.#options.log.info({ peer: this.#options.peer }, 'never joined, closed')
    this.close(1008, 'no join in time')
  }

  #tooMany(text: string, verdict: Verdict): void {
    this.#options.metrics.message('limited')
    const { messagesPerSecond, messageBurst } = this.#options.limits
    this.#fault(verdict, {
      type: 'error', ...idOfRefused(text), code: ERROR_RATE_LIMITED,
      message: `too many messages: at most ${messagesPerSecond} a second and ${messageBurst} at once`,
    })
  }

  #malformed(fault: MessageFault, metric: 'malformed' | 'binary'): void {
    this.#options.metrics.message(metric)
    const { guard, verdict } = countMalformed(this.#guard, this.#options.limits)
    this.#guard = guard
    // A fault quotes what it found, whose length the client chose.
    this.#fault(verdict, { type: 'error', ...fault, message: fault.message.slice(0, MAX_FAULT), code: faultCodes[fault.field ?? ''] ?? ERROR_MALFORMED_MESSAGE })
  }

  #tooLong(bytes: number): void {
    this.#options.metrics.message('malformed')
    this.#answer({ type: 'error', code: ERROR_MALFORMED_MESSAGE, message: `the message has ${bytes} bytes, at most ${this.#options.limits.messageBytes} are allowed` })
    this.#expel(1009, 'message too long')
  }

  /** As a message of the session, where there is one: whoever resumes it counts them. */
  #answer(error: Extract<ServerMessage, { type: 'error' }>): void {
    if (this.#phase.is === 'joined') this.#phase.session.link.send(error)
    else this.send(error)
  }

  #fault(verdict: Verdict, error: Extract<ServerMessage, { type: 'error' }>): void {
    this.#answer(error)
    if (verdict !== 'refuse-and-close') return
    this.#options.log.info({ peer: this.#options.peer, ...this.#who(), code: error.code }, 'too many faults, closed')
    this.#expel(1008, error.code === ERROR_RATE_LIMITED ? 'too many messages' : 'too many malformed messages')
  }

  #expel(code: number, reason: string): void {
    this.#expelled = true
    this.close(code, reason)
  }

  #who(): { readonly channel?: string; readonly user?: string; readonly session?: string } {
    if (this.#phase.is !== 'joined') return {}
    const { channelId, userId, sessionId } = this.#phase.session
    return { channel: channelId, user: userId, session: sessionId }
  }
}

/** AliRTC has codes of its own for these; they occur in a join, and `userId` in a subscribe. */
const faultCodes: Readonly<Record<string, number>> = {
  appId: ERROR_APP_UNKNOWN, channel: ERROR_CHANNEL_ID_MALFORMED, userId: ERROR_USER_ID_MALFORMED, nonce: ERROR_TOKEN_INVALID, token: ERROR_TOKEN_INVALID,
}

/** Whatever a client sends, reading it must not throw: a stack overflow in nested data counts as malformed as well. */
function parseSafely(text: string): ReturnType<typeof parseClientMessage> {
  try {
    return parseClientMessage(text)
  } catch {
    return { ok: false, fault: { message: 'the message could not be read' } }
  }
}

/** The id of a message that is refused unread, so that the request does not wait for ever; only short ones are worth the look. */
function idOfRefused(text: string): { readonly id?: number } {
  const id = text.length <= 1024 ? /"id"\s*:\s*(\d{1,15})\b/.exec(text)?.[1] : undefined
  return id === undefined ? {} : { id: Number(id) }
}

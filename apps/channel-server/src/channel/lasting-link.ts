import { MessageLog, type ServerMessage } from '@earshot/protocol'
import type { MemberLink } from './channel.js'

/** One socket as a session sees it. */
export interface MemberSocket extends MemberLink {
  /** When the client last said anything; milliseconds. */
  readonly lastHeardMs: number
  /** Another socket has taken over: closes without a word. */
  abandon(): void
}

export interface LastingLinkOptions {
  /** How long it may be without a socket, counted from when the client was last heard; 0 not at all. Milliseconds. */
  readonly graceMs: number
  /** Of messages that the client may not have heard; with more it cannot go on over another socket. */
  readonly maxBytes: number
  readonly now: () => number
  /** The client is gone: no socket came in time. */
  readonly onGone: () => void
  /** Nobody can resume it any more. */
  readonly onForgotten: () => void
}

/** How long the SDK looks for its session: who was removed or replaced meanwhile must hear so, or it would join again. Milliseconds. */
const LAST_WORDS_MS = 90_000

/**
 * The way to one client, over one socket after the other. What is said is kept until the client acknowledges it, and is said
 * again on the next socket. After a `bye` it stays for as long as a client that is away may come back, so that it hears that.
 */
export class LastingLink implements MemberLink {
  /** The client's messages that arrived, on all sockets. */
  received = 0
  readonly #options: LastingLinkOptions
  readonly #log = new MessageLog<{ readonly message: ServerMessage; readonly bytes: number }>()
  #keptBytes = 0
  #socket: MemberSocket | null
  #address: string
  #ended: 'left' | 'bye' | 'gone' | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(socket: MemberSocket, options: LastingLinkOptions) {
    this.#socket = socket
    this.#address = socket.address
    this.#options = options
  }

  get address(): string {
    return this.#address
  }

  send(message: ServerMessage): void {
    if (this.#options.graceMs > 0) this.#keep(message)
    this.#socket?.send(message)
  }

  end(why: 'left' | 'bye' | 'gone'): void {
    this.#ended = why
    this.#socket?.end(why)
    this.#socket = null
    const { graceMs, onForgotten } = this.#options
    if (why === 'gone') this.acknowledge(this.#log.last) // too late for these
    if (why === 'left' || graceMs === 0) onForgotten() // does not come back
    else this.#wait(Math.max(graceMs, LAST_WORDS_MS), onForgotten)
  }

  /** The client has heard that many of our messages. */
  acknowledge(count: number): void {
    for (const { bytes } of this.#log.forget(count)) this.#keptBytes -= bytes
  }

  /** False when the client cannot be told all that it missed: then nothing has happened, and the session is gone. */
  resume(socket: MemberSocket, id: number, heard: number): boolean {
    const missed = this.#ended === 'gone' ? undefined : this.#log.after(heard)
    if (missed === undefined) {
      if (this.#ended === undefined) this.#options.onGone()
      return false
    }
    clearTimeout(this.#timer)
    this.#socket?.abandon()
    this.#socket = socket
    this.#address = socket.address
    this.acknowledge(heard)
    socket.send({ type: 'resumed', id, received: this.received })
    for (const { message } of missed) socket.send(message)
    if (this.#ended !== undefined) this.end('bye')
    return true
  }

  /** Instead of resuming: somebody else is the user by now. */
  replaced(socket: MemberSocket, id: number): void {
    socket.send({ type: 'resumed', id, received: this.received })
    socket.send({ type: 'bye', code: 3 })
    socket.end('bye')
  }

  /** @param meant the client closed it, and did not lose it */
  closed(socket: MemberSocket, meant: boolean): void {
    if (socket !== this.#socket) return
    this.#socket = null
    const { graceMs, now, onGone } = this.#options
    const leftMs = meant ? 0 : graceMs - (now() - socket.lastHeardMs)
    if (leftMs <= 0) onGone()
    else this.#wait(leftMs, onGone)
  }

  #keep(message: ServerMessage): void {
    const bytes = Buffer.byteLength(JSON.stringify(message))
    this.#log.add({ message, bytes })
    this.#keptBytes += bytes
    // The oldest goes: should the socket be lost now, `resume` finds that it is missing
    while (this.#keptBytes > this.#options.maxBytes) this.acknowledge(this.#log.last - this.#log.size + 1)
  }

  #wait(forMs: number, then: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(then, forMs).unref()
  }
}

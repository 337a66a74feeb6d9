import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import type { ChannelRegistry } from './channel/channel-registry.js'
import type { Config } from './config.js'
import { Connection } from './connection.js'
import type { Log } from './log.js'
import type { Metrics } from './metrics.js'
import { clientAddress, plainAddress, upgradeRefusal, type SocketCounts, type UpgradeRefusal } from './upgrade.js'

export interface SocketServerOptions {
  readonly config: Config
  readonly registry: ChannelRegistry
  readonly log: Log
  readonly metrics: Pick<Metrics, 'message' | 'error'>
  /** Milliseconds. */
  readonly now: () => number
}

/** Milliseconds between looks at every socket; a quarter of the grace time where that is shorter. */
const PING_MS = 5000

/** All WebSockets: lets them in, counts them, asks them for signs of life. */
export class SocketServer {
  readonly #options: SocketServerOptions
  readonly #sockets: WebSocketServer
  readonly #connections = new Map<Connection, string>()
  readonly #pings: NodeJS.Timeout
  readonly #everyMs: number
  /** When every socket was last looked at. */
  #lookedMs: number
  #draining = false
  /** Wakes whoever waits for the next socket to go. */
  #onGone: () => void = () => undefined

  constructor(server: Server, options: SocketServerOptions) {
    const { limits, graceSeconds } = options.config
    this.#options = options
    // Twice the limit, so that a message that is merely too long gets an answer that says so.
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes * 2, perMessageDeflate: false, clientTracking: false })
    this.#sockets.on('wsClientError', (error, socket) => refuse(socket, { status: 400, message: error.message }))
    this.#everyMs = Math.min(PING_MS, graceSeconds * 1000 / 4)
    this.#lookedMs = options.now()
    this.#pings = setInterval(() => this.#checkAlive(), this.#everyMs)
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  get size(): number {
    return this.#connections.size
  }

  /** Tells everybody (1001) and lets nobody in any more; resolves when all are gone, after `withinMs` at the latest. */
  async drain(withinMs: number): Promise<void> {
    this.#draining = true
    clearInterval(this.#pings)
    for (const connection of this.#connections.keys()) connection.close(1001, 'the server is shutting down')
    const deadline = AbortSignal.timeout(withinMs)
    while (this.#connections.size > 0 && !deadline.aborted) await this.#oneGone(deadline)
    for (const connection of this.#connections.keys()) connection.terminate()
  }

  #oneGone(deadline: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#onGone = resolve
      deadline.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { config, log } = this.#options
    const onError = (error: Error): void => { log.debug({ err: error }, 'socket error before the WebSocket') }
    socket.on('error', onError) // a client that resets now would end the process otherwise
    const { remoteAddress, localAddress } = socket as Socket // what Node's HTTP and HTTPS servers hand out
    const peer = clientAddress(request, remoteAddress, config.trustProxy)
    const refusal = upgradeRefusal(request, this.#counts(peer), { limits: config.limits, allowedOrigins: config.allowedOrigins, draining: this.#draining })
    if (refusal !== null) {
      log.info({ peer, status: refusal.status, reason: refusal.message }, 'refused')
      return refuse(socket, refusal)
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('error', onError)
      this.#add(webSocket, peer, config.announcedAddress ?? plainAddress(localAddress))
    })
  }

  #add(socket: WebSocket, peer: string, address: string): void {
    const { config, registry, log, metrics, now } = this.#options
    const connection = new Connection(socket, {
      registry, log, metrics, address, peer, now, limits: config.limits,
    })
    this.#connections.set(connection, peer)
    socket.once('close', () => {
      this.#connections.delete(connection)
      this.#onGone()
    })
  }

  #counts(peer: string): SocketCounts {
    const all = [...this.#connections]
    return {
      all: all.length,
      fromAddress: all.filter(([, address]) => address === peer).length,
      unjoined: all.filter(([connection]) => !connection.joined).length,
    }
  }

  #checkAlive(): void {
    const { config, now } = this.#options
    const nowMs = now()
    // After a pause of the machine nobody was heard, because nobody was listened to: what they said is read after this
    const paused = nowMs - this.#lookedMs > 2 * this.#everyMs
    this.#lookedMs = nowMs
    for (const connection of this.#connections.keys()) connection.checkAlive(paused ? Infinity : config.graceSeconds * 1000)
  }
}

/** Answers in plain HTTP and lets go of the socket at once. */
function refuse(socket: Duplex, { status, message }: UpgradeRefusal): void {
  const body = JSON.stringify({ code: status, message })
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, 'Connection: close', 'Sec-WebSocket-Version: 13',
    'Content-Type: application/json', 'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(body)}`, '', body,
  ].join('\r\n'), () => socket.destroy())
}

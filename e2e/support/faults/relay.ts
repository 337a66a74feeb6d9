import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { textFrame } from './frames.ts'
import { MediaPath, type MediaFaults } from './media-path.ts'
import { SocketPath, type Towards } from './socket-path.ts'

const SPARE = 4

/** The how-manieth of its type in that direction, from 1, since the relay's start or `forget`. Pings and their answers do not count: they come by the clock. */
export interface CarriedMessage {
  readonly towards: Towards
  readonly type: string
  readonly number: number
}

/**
 * What lies between one client and the server, and fails when told to: HTTP and WebSocket through a TCP port of its own, and media through UDP
 * ports that it puts in place of the server's in the candidates it passes on. A page that is opened at `url` does all of it through here, because
 * the login of a development server names the address that it was asked at.
 */
export class Relay {
  readonly url: string
  readonly #server: Server
  readonly #target: { readonly host: string; readonly port: number }
  readonly #paths = new Set<SocketPath>()
  /** By the port of the server. */
  readonly #media = new Map<number, MediaPath>()
  /** Bound, and not used yet: a candidate passes on at once. */
  readonly #spare: MediaPath[] = []
  readonly #random: () => number
  #messages: CarriedMessage[] = []
  #pings = new Set<number>()
  #deadly: CarriedMessage | undefined
  #died = false
  #mode: 'pass' | 'stall' | 'refuse' = 'pass'
  #mediaFaults: MediaFaults = { loss: 0, delayMs: 0 }
  #delayMs = 0
  #closed = false

  private constructor(server: Server, target: URL, random: () => number) {
    this.#server = server
    this.#target = { host: target.hostname, port: Number(target.port) }
    this.#random = random
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port
  }

  /** In front of the server at that address. `random` decides which packets are lost. */
  static async to(server: string, random: () => number = Math.random): Promise<Relay> {
    const listener = createServer((client) => relay.#accept(client))
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const relay = new Relay(listener, new URL(server), random)
    await Promise.all(Array.from({ length: SPARE }, () => relay.#bindSpare()))
    return relay
  }

  /** What was carried, in order. */
  get messages(): readonly CarriedMessage[] {
    return this.#messages
  }

  /** Counts from 1 again, and has all WebSockets survive. */
  forget(): void {
    this.#messages = []
    this.#pings = new Set()
    this.#deadly = undefined
    this.#died = false
  }

  /** Whether the message of `dieAfter` came. */
  get died(): boolean {
    return this.#died
  }

  /** The WebSocket that carries that message is reset right after it. */
  dieAfter(message: CarriedMessage): void {
    this.#deadly = message
  }

  /** Resets every connection there is; new ones are welcome. */
  reset(): void {
    for (const path of this.#paths) path.reset()
  }

  /** TCP: passes, or is accepted and gets no further, or is refused with a reset. What is stalled goes on with `pass`. */
  sockets(mode: 'pass' | 'stall' | 'refuse'): void {
    this.#mode = mode
    for (const path of this.#paths) path.stall(mode === 'stall')
    if (mode === 'refuse') this.reset()
  }

  /** UDP. Full loss is a firewall that drops. */
  media(faults: Partial<MediaFaults>): void {
    this.#mediaFaults = { ...this.#mediaFaults, ...faults }
  }

  /** One way, for TCP; for UDP there is `media`. */
  delay(ms: number): void {
    this.#delayMs = ms
    for (const path of this.#paths) path.delayMs = ms
  }

  /** Nothing gets through any more, and nobody is told. */
  cut(): void {
    this.sockets('stall')
    this.media({ loss: 1 })
  }

  heal(): void {
    this.sockets('pass')
    this.media({ loss: 0, delayMs: 0 })
    this.delay(0)
  }

  /** A NAT that forgot: the server sees media come from other ports, and the connections are reset. */
  rebind(): void {
    for (const path of this.#media.values()) path.rebind()
    this.reset()
  }

  close(): void {
    this.#server.close()
    this.reset()
    this.#closed = true
    for (const path of [...this.#media.values(), ...this.#spare]) path.close()
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined) // its path sees it too
    if (this.#mode === 'refuse') {
      client.resetAndDestroy()
      return
    }
    const path: SocketPath = new SocketPath(client, this.#target, {
      message: (towards, text, frame) => this.#message(towards, text, frame),
      closed: () => this.#paths.delete(path),
    })
    path.delayMs = this.#delayMs
    path.stall(this.#mode === 'stall')
    this.#paths.add(path)
  }

  #message(towards: Towards, text: string, frame: Buffer): { readonly frame: Buffer; readonly last: boolean } {
    const { type, id } = JSON.parse(text) as { type: string; id?: number } // the protocol's messages are objects
    const forwarded = towards === 'client' && text.includes('candidate:') ? textFrame(this.#throughHere(text)) : frame
    if (type === 'ping' && id !== undefined) this.#pings.add(id)
    if (id !== undefined && this.#pings.has(id)) return { frame: forwarded, last: false }
    const number = this.#messages.filter((message) => message.towards === towards && message.type === type).length + 1
    this.#messages.push({ towards, type, number })
    const last = !this.#died && this.#deadly?.towards === towards && this.#deadly.type === type && this.#deadly.number === number
    this.#died ||= last
    return { frame: forwarded, last }
  }

  /** Candidates of the server, in a session description or alone. */
  #throughHere(text: string): string {
    return text.replace(/(candidate:\S+ 1 udp \d+ )(\S+) (\d+)( typ host)/gi, (_, start: string, host: string, port: string, end: string) =>
      `${start}127.0.0.1 ${this.#mediaPath(host, Number(port)).port}${end}`)
  }

  #mediaPath(host: string, port: number): MediaPath {
    const known = this.#media.get(port)
    if (known) return known
    const path = this.#spare.pop()
    if (path === undefined) throw new Error('the relay has no UDP port left')
    path.leadsTo(host, port)
    this.#media.set(port, path)
    void this.#bindSpare()
    return path
  }

  async #bindSpare(): Promise<void> {
    const path = await MediaPath.bind(() => this.#mediaFaults, this.#random)
    if (this.#closed) path.close()
    else this.#spare.push(path)
  }
}

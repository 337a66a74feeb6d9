import { bindAddressFor } from './ice/bind-address.js'
import { UdpPorts } from './ice/udp-ports.js'
import type { IncomingSource } from './incoming-source.js'
import { certificate } from './secure-transport.js'
import { SfuError, type Consumer, type IncomingOffer, type SfuEngine, type SfuEvent, type SfuStats, type TransportOptions } from './sfu-engine.js'
import { WeriftTransport } from './werift-transport.js'

export interface WeriftEngineOptions {
  /** The UDP ports that are open to clients, both included. One is enough: transports share when they run out. */
  readonly minPort: number
  readonly maxPort: number
  /** For people: what went wrong inside and was contained. */
  readonly log?: (message: string) => void
}

interface Room {
  readonly transports: Set<string>
  readonly sources: Map<string, IncomingSource>
}

/** Lost packets are asked for, and key frames, on this clock. */
const TICK_MS = 20

/**
 * Forwards media in this process. DTLS and SRTP are werift's; its RTCPeerConnection is not used. That would bring one
 * transceiver per section with its own idea of track ids, of header extensions and of whose numbers a packet carries
 * (it rewrites the publisher's packet in place), a Promise and some ten objects per packet and subscriber, and an ICE agent
 * that anyone's unauthenticated check can talk to. Session descriptions are plain text of ours instead, so that adding,
 * removing and re-using sections is nothing but writing other lines.
 */
export function createWeriftEngine(options: WeriftEngineOptions): SfuEngine {
  return new WeriftEngine(options)
}

class WeriftEngine implements SfuEngine {
  readonly #log: (message: string) => void
  readonly #ports: UdpPorts
  readonly #rooms = new Map<string, Room>()
  readonly #transports = new Map<string, { readonly roomId: string; readonly transport: Promise<WeriftTransport> }>()
  readonly #running = new Set<WeriftTransport>()
  readonly #listeners = new Set<(event: SfuEvent) => void>()
  readonly #counters = { packetsReceived: 0, packetsForwarded: 0, bytesForwarded: 0, keyFramesRequested: 0, packetsRetransmitted: 0 }
  #timer: NodeJS.Timeout | null = null

  constructor({ minPort, maxPort, log = () => undefined }: WeriftEngineOptions) {
    if (!(Number.isInteger(minPort) && Number.isInteger(maxPort) && minPort >= 1 && maxPort <= 65535 && minPort <= maxPort)) {
      throw new SfuError(`minPort and maxPort must be ports with minPort <= maxPort, not ${minPort} and ${maxPort}`)
    }
    this.#ports = new UdpPorts(minPort, maxPort)
    this.#log = log
  }

  async openRoom(roomId: string): Promise<void> {
    if (this.#rooms.has(roomId)) throw new SfuError(`room ${JSON.stringify(roomId)} is open already`)
    this.#rooms.set(roomId, { transports: new Set(), sources: new Map() })
  }

  async closeRoom(roomId: string): Promise<void> {
    const room = this.#rooms.get(roomId)
    if (!room) return
    this.#rooms.delete(roomId)
    await Promise.all([...room.transports].map((transportId) => this.closeTransport(transportId)))
  }

  async openTransport(roomId: string, transportId: string, { address }: TransportOptions): Promise<void> {
    const room = this.#rooms.get(roomId)
    if (!room) throw new SfuError(`no room ${JSON.stringify(roomId)}`)
    if (this.#transports.has(transportId)) throw new SfuError(`transport ${JSON.stringify(transportId)} is open already`)
    const transport = this.#open(room, transportId, address)
    this.#transports.set(transportId, { roomId, transport })
    room.transports.add(transportId)
    try {
      const opened = await transport
      if (this.#transports.get(transportId)?.transport !== transport) return
      this.#running.add(opened)
      this.#timer ??= setInterval(() => this.#tick(), TICK_MS)
    } catch (error) {
      if (this.#transports.get(transportId)?.transport === transport) this.#forget(transportId)
      throw error
    }
  }

  async closeTransport(transportId: string): Promise<void> {
    const open = this.#transports.get(transportId)
    if (!open) return
    this.#forget(transportId)
    const transport = await open.transport.catch(() => null)
    if (!transport) return
    this.#running.delete(transport)
    if (this.#running.size === 0 && this.#timer) {
      clearInterval(this.#timer)
      this.#timer = null
    }
    await transport.close()
  }

  receive(transportId: string, offer: IncomingOffer): Promise<{ readonly sdp: string }> {
    return this.#inTurn(transportId, (transport) => transport.receive(offer))
  }

  send(transportId: string, consumers: readonly Consumer[]): Promise<void> {
    return this.#inTurn(transportId, (transport) => transport.send(consumers))
  }

  restart(transportId: string): Promise<void> {
    return this.#inTurn(transportId, (transport) => transport.restart())
  }

  answer(transportId: string, offerId: number, sdp: string): Promise<void> {
    return this.#inTurn(transportId, (transport) => transport.answer(offerId, sdp))
  }

  /** An ICE-lite agent answers wherever a check comes from: what the client gathers is of no use to it. */
  async addCandidate(transportId: string): Promise<void> {
    return this.#inTurn(transportId, () => undefined)
  }

  stats(): SfuStats {
    let sources = 0
    let consumers = 0
    for (const room of this.#rooms.values()) sources += room.sources.size
    for (const transport of this.#running) consumers += transport.consumers
    return { rooms: this.#rooms.size, transports: this.#transports.size, sources, consumers, ...this.#counters }
  }

  on(listener: (event: SfuEvent) => void): () => void {
    const own = (event: SfuEvent) => listener(event)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#rooms.keys()].map((roomId) => this.closeRoom(roomId)))
  }

  async #open(room: Room, transportId: string, address: string): Promise<WeriftTransport> {
    const { announced, bind } = inSfuTerms(() => bindAddressFor(address))
    const own = await certificate()
    const port = await this.#ports.take(bind).catch((error: Error) => { throw new SfuError(error.message) })
    return new WeriftTransport({
      transportId, ports: this.#ports, port, address: announced, certificate: own, sources: room.sources,
      counters: this.#counters, now: () => performance.now(), emit: (event) => this.#emit(event), log: this.#log,
    })
  }

  #forget(transportId: string): void {
    const open = this.#transports.get(transportId)
    this.#transports.delete(transportId)
    if (open) this.#rooms.get(open.roomId)?.transports.delete(transportId)
  }

  async #inTurn<T>(transportId: string, task: (transport: WeriftTransport) => T): Promise<T> {
    const open = this.#transports.get(transportId)
    if (!open) throw new SfuError(`no transport ${JSON.stringify(transportId)}`)
    const transport = await open.transport
    return transport.turns.run(() => {
      if (this.#transports.get(transportId) !== open) throw new SfuError(`transport ${JSON.stringify(transportId)} was closed meanwhile`)
      return task(transport)
    })
  }

  #tick(): void {
    const now = performance.now()
    for (const transport of this.#running) transport.tick(now)
  }

  #emit(event: SfuEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#log(`a listener failed at ${event.type}: ${String(error)}`)
      }
    }
  }
}

function inSfuTerms<T>(task: () => T): T {
  try {
    return task()
  } catch (error) {
    throw new SfuError(error instanceof Error ? error.message : String(error))
  }
}

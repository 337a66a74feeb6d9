import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** How datagrams are treated now. */
export interface MediaFaults {
  /** 0..1, of each packet by chance. */
  readonly loss: number
  readonly delayMs: number
}

/** A UDP port in front of one of the server's; what comes from one address there goes on from one port of its own, as through a NAT. */
export class MediaPath {
  readonly #front: Socket
  #server: { readonly host: string; readonly port: number } | undefined
  #closed = false
  readonly #faults: () => MediaFaults
  readonly #random: () => number
  /** By the client's address. */
  #backs: Map<string, Socket> = new Map()

  private constructor(front: Socket, faults: () => MediaFaults, random: () => number) {
    this.#front = front
    this.#faults = faults
    this.#random = random
    front.on('message', (packet, { address, port }) => this.#carry(() => {
      if (this.#server && !this.#closed) this.#back(address, port).send(packet, this.#server.port, this.#server.host)
    }))
  }

  /** `random` decides which packets are lost. */
  static async bind(faults: () => MediaFaults, random: () => number): Promise<MediaPath> {
    const front = createSocket('udp4')
    front.bind(0, '127.0.0.1')
    await once(front, 'listening')
    return new MediaPath(front, faults, random)
  }

  leadsTo(host: string, port: number): void {
    this.#server = { host, port }
  }

  get port(): number {
    return this.#front.address().port
  }

  /** From now on the server sees the client come from other ports, and what it sends to the old ones is lost. */
  rebind(): void {
    for (const back of this.#backs.values()) back.close()
    this.#backs = new Map()
  }

  close(): void {
    this.#closed = true
    this.rebind()
    this.#front.close()
  }

  #back(address: string, port: number): Socket {
    const key = `${address} ${port}`
    const known = this.#backs.get(key)
    if (known) return known
    const back = createSocket('udp4')
    this.#backs.set(key, back)
    back.on('error', () => undefined) // nobody listens there while the server is gone
    back.on('message', (packet) => this.#carry(() => { if (this.#backs.get(key) === back) this.#front.send(packet, port, address) }))
    return back
  }

  #carry(send: () => void): void {
    const { loss, delayMs } = this.#faults()
    if (loss > 0 && this.#random() < loss) return
    if (delayMs > 0) setTimeout(send, delayMs)
    else send()
  }
}

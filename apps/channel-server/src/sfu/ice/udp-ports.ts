import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { TurnTaking } from '../turn-taking.js'
import { isStun, readBindingRequest, type BindingRequest } from './stun-message.js'

/** What a transport does with datagrams that belong to it. */
export interface UdpUser {
  /** A check with our user name fragment. True when it is authentic: the sender's address then belongs to this user. */
  onCheck(packet: Buffer, request: BindingRequest, from: RemoteInfo): boolean
  /** From an address that belongs to this user. */
  onPacket(packet: Buffer): void
}

/** Bursts of many publishers' packets wait here while JavaScript is busy. The kernel may grant less. */
const RECEIVE_BUFFER = 4 * 1024 * 1024
/** A client has a few addresses; one that shows more is made to forget the oldest. */
const MOST_ADDRESSES = 16

/** One UDP socket and the transports on it, told apart by user name fragment (checks) and remote address (the rest). */
export class UdpPort {
  readonly port: number
  readonly #socket: Socket
  readonly #fragments = new Map<string, UdpUser>()
  readonly #addresses = new Map<string, UdpUser>()
  readonly #addressesOf = new Map<UdpUser, Set<string>>()
  #users = 0

  constructor(socket: Socket) {
    this.#socket = socket
    this.port = socket.address().port
    socket.on('message', (packet, from) => this.#received(packet, from))
  }

  get users(): number {
    return this.#users
  }

  /** Called by `UdpPorts` for a user that is about to come. */
  reserve(): void {
    this.#users += 1
  }

  addFragment(usernameFragment: string, user: UdpUser): void {
    this.#fragments.set(usernameFragment, user)
    if (!this.#addressesOf.has(user)) this.#addressesOf.set(user, new Set())
  }

  removeFragment(usernameFragment: string): void {
    this.#fragments.delete(usernameFragment)
  }

  leave(user: UdpUser): void {
    this.#users -= 1
    for (const [fragment, owner] of this.#fragments) if (owner === user) this.#fragments.delete(fragment)
    for (const address of this.#addressesOf.get(user) ?? []) this.#forget(address, user)
    this.#addressesOf.delete(user)
  }

  send(packet: Buffer, address: string, port: number): void {
    try {
      this.#socket.send(packet, port, address)
    } catch {
      // A closed socket or an impossible port: the packet is lost, as UDP packets may be.
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()))
  }

  #received(packet: Buffer, from: RemoteInfo): void {
    if (isStun(packet)) {
      const request = readBindingRequest(packet)
      const user = request && this.#fragments.get(request.username.split(':', 1)[0]!)
      if (request && user?.onCheck(packet, request, from)) this.#learn(from, user)
      return
    }
    this.#addresses.get(`${from.address} ${from.port}`)?.onPacket(packet)
  }

  #learn(from: RemoteInfo, user: UdpUser): void {
    const key = `${from.address} ${from.port}`
    const known = this.#addressesOf.get(user)
    if (!known) return
    this.#addresses.set(key, user)
    known.add(key)
    if (known.size <= MOST_ADDRESSES) return
    const oldest = known.values().next().value!
    known.delete(oldest)
    this.#forget(oldest, user)
  }

  /** Unless the address is another user's by now: a client may reuse the port of a connection that it closed. */
  #forget(address: string, user: UdpUser): void {
    if (this.#addresses.get(address) === user) this.#addresses.delete(address)
  }
}

/** The range of UDP ports that is open to clients. Each transport gets a port of its own while there are, then they share. */
export class UdpPorts {
  readonly #range: { readonly min: number; readonly max: number }
  readonly #open = new Map<string, UdpPort>()
  readonly #turns = new TurnTaking()

  constructor(min: number, max: number) {
    this.#range = { min, max }
  }

  get size(): number {
    return this.#open.size
  }

  /** Rejects when no port of the range can be bound. `bindAddress` may be `0.0.0.0` or `::`. */
  take(bindAddress: string): Promise<UdpPort> {
    return this.#turns.run(async () => {
      const port = await this.#bindFree(bindAddress) ?? this.#leastUsed(bindAddress)
      if (!port) throw new Error(`no UDP port from ${this.#range.min} to ${this.#range.max} can be bound on ${bindAddress}`)
      port.reserve()
      return port
    })
  }

  async release(port: UdpPort, user: UdpUser): Promise<void> {
    port.leave(user)
    if (port.users > 0) return
    for (const [key, open] of this.#open) if (open === port) this.#open.delete(key)
    await port.close()
  }

  async #bindFree(bindAddress: string): Promise<UdpPort | null> {
    for (let number = this.#range.min; number <= this.#range.max; number++) {
      const key = `${bindAddress} ${number}`
      if (this.#open.has(key)) continue
      const socket = await bind(bindAddress, number)
      if (!socket) continue
      const port = new UdpPort(socket)
      this.#open.set(key, port)
      return port
    }
    return null
  }

  #leastUsed(bindAddress: string): UdpPort | null {
    const candidates = [...this.#open].filter(([key]) => key.startsWith(`${bindAddress} `)).map(([, port]) => port)
    return candidates.reduce<UdpPort | null>((best, port) => (best && best.users <= port.users ? best : port), null)
  }
}

/** `null` when the port is in use or the address is not ours. */
function bind(address: string, port: number): Promise<Socket | null> {
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER })
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close()
      resolve(null)
    })
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error')
      // Unreachable addresses surface here, later than the send they belong to; without a listener they would end the process.
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}

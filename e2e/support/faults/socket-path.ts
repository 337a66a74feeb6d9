import { connect, type Socket } from 'node:net'
import { FrameCutter } from './frames.ts'

export type Towards = 'server' | 'client'

/** What a path carries of a WebSocket: called for each message before it goes on. */
export interface PathListener {
  /** The frame to send on; and whether the path dies as soon as it is sent. */
  message(towards: Towards, text: string, frame: Buffer): { readonly frame: Buffer; readonly last: boolean }
  closed(): void
}

/** One TCP connection of a client and the one to the server that carries on with it. */
export class SocketPath {
  readonly #ends: Readonly<Record<Towards, Socket>>
  readonly #listener: PathListener
  /** Undefined until the first bytes of the client show whether it is a WebSocket. */
  #cutters: Readonly<Record<Towards, FrameCutter>> | undefined
  /** What the HTTP handshake has left to be read. */
  readonly #inHead: Record<Towards, boolean> = { server: true, client: true }
  #isWebSocket: boolean | undefined
  #delayMs = 0
  #dead = false

  constructor(client: Socket, server: { readonly host: string; readonly port: number }, listener: PathListener) {
    this.#listener = listener
    this.#ends = { client, server: connect(server) }
    for (const [from, to] of [['client', 'server'], ['server', 'client']] as const) {
      const end = this.#ends[from]
      end.setNoDelay(true)
      end.on('data', (data: Buffer) => this.#received(to, data))
      end.on('error', () => this.reset())
      end.on('end', () => this.#after(() => this.#ends[to].end()))
      end.on('close', () => listener.closed())
    }
  }

  set delayMs(value: number) {
    this.#delayMs = value
  }

  /** Holds back what comes, for as long as it takes; nothing is lost. */
  stall(on: boolean): void {
    for (const end of Object.values(this.#ends)) if (on) end.pause(); else end.resume()
  }

  /** Both ends see ECONNRESET. */
  reset(): void {
    if (this.#dead) return
    this.#dead = true
    for (const end of Object.values(this.#ends)) end.resetAndDestroy()
  }

  #received(to: Towards, data: Buffer): void {
    this.#isWebSocket ??= /^upgrade: *websocket/im.test(data.toString('latin1'))
    if (!this.#isWebSocket) return this.#send(to, data)
    this.#cutters ??= { server: new FrameCutter(), client: new FrameCutter() }
    const headEnds = this.#inHead[to] ? data.indexOf('\r\n\r\n') + 4 : 0
    if (this.#inHead[to]) {
      if (headEnds < 4) throw new Error('the head of a WebSocket came in pieces, for which the relay is too simple')
      this.#inHead[to] = false
      this.#send(to, data.subarray(0, headEnds))
    }
    for (const { bytes, text } of this.#cutters[to].push(data.subarray(headEnds))) {
      const { frame, last } = text === undefined ? { frame: bytes, last: false } : this.#listener.message(to, text, bytes)
      this.#send(to, frame, last)
      if (last) return
    }
  }

  #send(to: Towards, data: Buffer, last = false): void {
    this.#after(() => {
      if (!this.#dead) this.#ends[to].write(data, () => { if (last) this.reset() })
    })
  }

  #after(act: () => void): void {
    if (this.#delayMs > 0) setTimeout(act, this.#delayMs)
    else act()
  }
}

import type { SyntheticPeer } from './synthetic-peer.contract.js'

/** Header extension ids of the synthetic publisher; none is what the engine offers to subscribers. */
export const IDS = { mid: 4, audioLevel: 9, transportWide: 3, absSendTime: 5, rid: 10, repairedRid: 11 } as const

const LAYER_PACKETS = 3

type Sent = Parameters<SyntheticPeer['sendRtp']>[0]

/** One encoding that makes VP8-shaped packets: frames of three packets, a key frame whenever one was asked for. */
export class SyntheticCamera {
  readonly ssrc: number
  readonly #peer: SyntheticPeer
  readonly #rid: string | null
  #sequence: number
  #timestamp: number
  #pictureId: number
  #asked = 0
  /** All of them, those that were lost too. */
  readonly sent: Sent[] = []
  /** Packets that are lost on the way, from the next on. */
  loses = 0
  #rtxSequence = 65_535
  /** Whether requests are obeyed. */
  obeys = true
  /** Key frames made. */
  keyFrames = 0

  constructor(peer: SyntheticPeer, ssrc: number, rid: string | null) {
    this.#peer = peer
    this.ssrc = ssrc
    this.#rid = rid
    // Each encoding counts for itself, and near the wrap.
    this.#sequence = 65_500 - (ssrc % 7)
    this.#timestamp = 0xffff_ff00 - ssrc
    this.#pictureId = 0x7ff0 + (ssrc % 5)
  }

  /** How often this encoding was asked for a key frame. */
  get requests(): number {
    return this.#peer.feedback.filter((feedback) => feedback.type === 'key-frame' && feedback.ssrc === this.ssrc).length
  }

  frame(): void {
    const key = this.obeys && this.requests > this.#asked
    if (key) {
      this.#asked = this.requests
      this.keyFrames += 1
    }
    this.#timestamp += 1800
    this.#pictureId = (this.#pictureId + 1) & 0x7fff
    for (let i = 0; i < LAYER_PACKETS; i++) this.#packet(i, key)
  }

  /** Only padding, as a bandwidth probe. */
  probe(): void {
    this.#peer.sendRtp({ ...this.#header(), payload: Buffer.alloc(0), padding: 200 })
  }

  /** Sends one again over RTX; with `null` a packet without anything in it, as a bandwidth probe. */
  repair(packet: Sent | null): void {
    const original = Buffer.alloc(2)
    original.writeUInt16BE(packet ? packet.sequenceNumber & 0xffff : 0)
    this.#peer.sendRtp({
      timestamp: this.#timestamp, ...packet, ssrc: this.ssrc + 100_000, payloadType: 99, sequenceNumber: this.#rtxSequence++,
      payload: packet ? Buffer.concat([original, packet.payload]) : Buffer.alloc(0), padding: packet ? 0 : 200,
      extensions: this.#extensions(IDS.repairedRid),
    })
  }

  #packet(part: number, key: boolean): void {
    const payload = Buffer.alloc(120, this.ssrc & 0xff)
    // X, and S on the first packet; I and L present; 15 bits of picture id, TL0PICIDX, then VP8's own first byte.
    payload[0] = 0x80 | (part === 0 ? 0x10 : 0)
    payload[1] = 0xc0
    payload.writeUInt16BE(0x8000 | this.#pictureId, 2)
    payload[4] = this.#pictureId & 0xff
    payload[5] = key ? 0x00 : 0x01
    const packet = { ...this.#header(), marker: part === LAYER_PACKETS - 1, payload }
    this.sent.push(packet)
    if (this.loses > 0) this.loses -= 1
    else this.#peer.sendRtp(packet)
  }

  #header() {
    return { ssrc: this.ssrc, payloadType: 98, sequenceNumber: this.#sequence++, timestamp: this.#timestamp, extensions: this.#extensions(IDS.rid) }
  }

  #extensions(ridId: number) {
    return [
      { id: IDS.mid, value: Buffer.from('1') }, { id: IDS.transportWide, value: Buffer.from([1, 2]) }, { id: IDS.absSendTime, value: Buffer.from([3, 4, 5]) },
      ...(this.#rid === null ? [] : [{ id: ridId, value: Buffer.from(this.#rid) }]),
    ]
  }
}

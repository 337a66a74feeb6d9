interface Slot<Packet> {
  sequenceNumber: number
  packet: Packet
  resentAt: number
  resends: number
}

/** A subscriber that asks faster than this asks for what is still on its way. */
const RESEND_PAUSE_MS = 15
const MOST_RESENDS = 10

/** The last packets that went to a subscriber, to be sent again when it asks. */
export class SentPackets<Packet> {
  readonly #slots: (Slot<Packet> | undefined)[]

  constructor(size: number) {
    this.#slots = Array<Slot<Packet> | undefined>(size)
  }

  has(sequenceNumber: number): boolean {
    return this.#slots[sequenceNumber % this.#slots.length]?.sequenceNumber === sequenceNumber
  }

  add(sequenceNumber: number, packet: Packet): void {
    const at = sequenceNumber % this.#slots.length
    const slot = this.#slots[at]
    if (!slot) {
      this.#slots[at] = { sequenceNumber, packet, resentAt: -Infinity, resends: 0 }
      return
    }
    slot.sequenceNumber = sequenceNumber
    slot.packet = packet
    slot.resentAt = -Infinity
    slot.resends = 0
  }

  /** `null` when it is gone, or was sent again a moment ago. */
  take(sequenceNumber: number, nowMs: number): Packet | null {
    const slot = this.#slots[sequenceNumber % this.#slots.length]
    if (!slot || slot.sequenceNumber !== sequenceNumber || slot.resends >= MOST_RESENDS || nowMs - slot.resentAt < RESEND_PAUSE_MS) return null
    slot.resentAt = nowMs
    slot.resends += 1
    return slot.packet
  }
}

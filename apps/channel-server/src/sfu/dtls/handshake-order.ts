const RECORD_HEADER = 13
const TYPE = { alert: 21, handshake: 22 }
const MESSAGE = { clientHello: 1, certificateVerify: 15 }

/** The DTLS records of a datagram (RFC 6347, 4.1); what does not fit any more is left out. */
export function recordsOf(datagram: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let at = 0; at + RECORD_HEADER <= datagram.length;) {
    const end = at + RECORD_HEADER + datagram.readUInt16BE(at + 11)
    if (end > datagram.length) break
    records.push(datagram.subarray(at, end))
    at = end
  }
  return records
}

/**
 * Which records of a client may reach werift's server. It derives the keys from all messages it has seen when the key
 * exchange comes, in whatever order and however often, so that one lost or repeated packet of the client's last flight spoils the
 * handshake for good. Kept back here, a message comes again when the client repeats its flight.
 */
export class HandshakeOrder {
  #expected = 0
  #verified = false
  #done = false

  /** The handshake is over: from now on only encrypted records count, a forged hello or alert would end the connection. */
  finish(): void {
    this.#done = true
  }

  accepts(record: Buffer): boolean {
    const encrypted = record.readUInt16BE(3) > 0
    // The client's Finished makes no sense before its other messages are in.
    if (encrypted) return this.#verified || this.#done
    if (this.#done && record[0] === TYPE.alert) return false
    if (record[0] !== TYPE.handshake) return true
    if (this.#done || record.length < RECORD_HEADER + 12) return false
    const message = record[RECORD_HEADER]!
    const sequence = record.readUInt16BE(RECORD_HEADER + 4)
    if (message === MESSAGE.clientHello) {
      // Repeated ones make the server repeat its answer. One with a later number starts anew.
      if (this.#verified) return false
      this.#expected = sequence + 1
      return true
    }
    if (sequence !== this.#expected) return false
    const length = record.readUIntBE(RECORD_HEADER + 1, 3)
    const fragmentEnd = record.readUIntBE(RECORD_HEADER + 6, 3) + record.readUIntBE(RECORD_HEADER + 9, 3)
    if (fragmentEnd < length) return true
    this.#expected += 1
    if (message === MESSAGE.certificateVerify) this.#verified = true
    return true
  }
}

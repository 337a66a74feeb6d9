import type { ReportBlock } from './rtcp.js'
import { unwrapSequence } from './sequence.js'

/** The counters of one incoming stream that a receiver report is made of (RFC 3550, 6.4.1 and A.8). */
export class ReceiveStatistics {
  readonly #clockRate: number
  #first: number | null = null
  #newest = 0
  #received = 0
  #expectedBefore = 0
  #receivedBefore = 0
  #jitter = 0
  #lastTransit: number | null = null
  #senderReport: { readonly middle: number; readonly atMs: number } | null = null

  constructor(clockRate: number) {
    this.#clockRate = clockRate
  }

  arrived(sequenceNumber: number, timestamp: number, nowMs: number): void {
    this.#received += 1
    if (this.#first === null) this.#first = this.#newest = sequenceNumber
    const sequence = unwrapSequence(this.#newest, sequenceNumber)
    if (sequence < this.#newest) return
    this.#newest = sequence
    const transit = Math.round(nowMs * this.#clockRate / 1000) - timestamp
    // `| 0` takes the difference on the circle of 32-bit timestamps.
    if (this.#lastTransit !== null) this.#jitter += (Math.abs((transit - this.#lastTransit) | 0) - this.#jitter) / 16
    this.#lastTransit = transit
  }

  /** `middle`: the middle 32 bits of the report's NTP time. */
  senderReported(middle: number, nowMs: number): void {
    this.#senderReport = { middle, atMs: nowMs }
  }

  /** The block for the next report; `fractionLost` counts since the last call. Null before the first packet. */
  report(ssrc: number, nowMs: number): ReportBlock | null {
    if (this.#first === null) return null
    const expected = this.#newest - this.#first + 1
    const expectedNow = expected - this.#expectedBefore
    const lostNow = expectedNow - (this.#received - this.#receivedBefore)
    this.#expectedBefore = expected
    this.#receivedBefore = this.#received
    return {
      ssrc,
      fractionLost: expectedNow > 0 && lostNow > 0 ? Math.min(255, Math.floor((lostNow * 256) / expectedNow)) : 0,
      packetsLost: Math.max(-0x800000, Math.min(0x7fffff, expected - this.#received)),
      highestSequence: this.#newest >>> 0,
      jitter: Math.floor(this.#jitter) >>> 0,
      lastSenderReport: this.#senderReport?.middle ?? 0,
      delaySinceSenderReport: this.#senderReport ? Math.round((nowMs - this.#senderReport.atMs) * 65.536) >>> 0 : 0,
    }
  }
}

import { unwrapSequence } from './sequence.js'

export interface Rewritten {
  readonly sequenceNumber: number
  readonly timestamp: number
}

/** Numbers further behind the newest than this are never asked for again. */
const REMEMBERED = 2048

/**
 * Makes one continuous stream out of pieces of others: sequence numbers without gaps where packets were left out on
 * purpose, and none of the jumps of a layer switch. Packets may come late or twice.
 */
export class RtpRewriter {
  /** Unwrapped, of the present piece: where it started, its newest, and which were left out since. */
  #start = 0
  #newest = 0
  #omitted: number[] = []
  /** Add to an incoming number to get the outgoing one. */
  #sequenceOffset = 0
  #timestampOffset = 0
  #lastSequence: number
  #lastTimestamp: number | null = null

  /** `firstSequenceNumber` should be below 2^15: the receiver guesses the SRTP rollover counter from it. */
  constructor(firstSequenceNumber: number) {
    this.#lastSequence = firstSequenceNumber - 1
  }

  /** What to add to a timestamp of the present piece, for sender reports. */
  get timestampOffset(): number {
    return this.#timestampOffset
  }

  /** A new piece begins with this packet; `ticks` is the time since the last one in units of the RTP clock. */
  restart(sequenceNumber: number, timestamp: number, ticks: number): void {
    this.#start = this.#newest = sequenceNumber
    this.#omitted = []
    this.#sequenceOffset = this.#lastSequence + 1 - sequenceNumber
    this.#timestampOffset = this.#lastTimestamp === null ? 0 : (this.#lastTimestamp + Math.max(1, Math.round(ticks)) - timestamp) >>> 0
  }

  /** Leaves a packet out without a gap, such as one that has only padding. */
  omit(sequenceNumber: number): void {
    const sequence = this.#unwrap(sequenceNumber)
    if (sequence < this.#start) return
    const at = this.#omittedBefore(sequence)
    if (this.#omitted[at] === sequence) return
    this.#omitted.splice(at, 0, sequence)
    while (this.#omitted.length > 0 && this.#omitted[0]! < this.#newest - REMEMBERED) {
      this.#start = this.#omitted.shift()! + 1
      this.#sequenceOffset -= 1
    }
  }

  /** `null` for a packet from before this piece began, or one that was left out. */
  rewrite(sequenceNumber: number, timestamp: number): Rewritten | null {
    const sequence = this.#unwrap(sequenceNumber)
    if (sequence < this.#start) return null
    const left = this.#omittedBefore(sequence)
    if (this.#omitted[left] === sequence) return null
    const outgoing = sequence + this.#sequenceOffset - left
    const shifted = (timestamp + this.#timestampOffset) >>> 0
    if (outgoing > this.#lastSequence) {
      this.#lastSequence = outgoing
      this.#lastTimestamp = shifted
    }
    return { sequenceNumber: outgoing & 0xffff, timestamp: shifted }
  }

  /** How many were left out before that one. Looks from the end, where nearly every packet belongs. */
  #omittedBefore(sequence: number): number {
    let count = this.#omitted.length
    while (count > 0 && this.#omitted[count - 1]! >= sequence) count -= 1
    return count
  }

  #unwrap(sequenceNumber: number): number {
    const sequence = unwrapSequence(this.#newest, sequenceNumber)
    if (sequence > this.#newest) this.#newest = sequence
    return sequence
  }
}

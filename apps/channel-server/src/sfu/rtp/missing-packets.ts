import { unwrapSequence } from './sequence.js'

interface Missing {
  tries: number
  dueAt: number
}

/** Packets overtake each other by a few milliseconds on real paths; asking at once would ask for those too. */
const REORDER_MS = 10
/** Longer than most round trips, shorter than what a jitter buffer waits for. */
const REPEAT_MS = 60
const MOST_TRIES = 8
/** More than that is a break, not a loss: only a key frame helps then. */
const MOST_MISSING = 256

/** Which packets of one incoming stream to ask for again (NACK, RFC 4585). */
export class MissingPackets {
  #newest: number | null = null
  readonly #missing = new Map<number, Missing>()

  get size(): number {
    return this.#missing.size
  }

  arrived(sequenceNumber: number, nowMs: number): void {
    if (this.#newest === null) {
      this.#newest = sequenceNumber
      return
    }
    const sequence = unwrapSequence(this.#newest, sequenceNumber)
    if (sequence <= this.#newest) {
      this.#missing.delete(sequence)
      return
    }
    if (sequence - this.#newest > MOST_MISSING) this.#missing.clear()
    else for (let gone = this.#newest + 1; gone < sequence; gone++) this.#missing.set(gone, { tries: 0, dueAt: nowMs + REORDER_MS })
    for (const gone of this.#missing.keys()) {
      if (this.#missing.size <= MOST_MISSING) break
      this.#missing.delete(gone)
    }
    this.#newest = sequence
  }

  /** One that came over RTX. Whether it was missing: probes for bandwidth repeat packets that nobody asked for. */
  repaired(sequenceNumber: number): boolean {
    return this.#newest !== null && this.#missing.delete(unwrapSequence(this.#newest, sequenceNumber))
  }

  /** The sequence numbers (16 bits, ascending) to ask for now. */
  due(nowMs: number): number[] {
    const numbers: number[] = []
    for (const [sequence, entry] of this.#missing) {
      if (entry.dueAt > nowMs) continue
      if (entry.tries >= MOST_TRIES) {
        this.#missing.delete(sequence)
        continue
      }
      entry.tries += 1
      entry.dueAt = nowMs + REPEAT_MS
      numbers.push(sequence & 0xffff)
    }
    return numbers
  }
}

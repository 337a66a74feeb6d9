/**
 * How much a publisher may send (REMB). The publisher's own estimator reacts to loss, from our receiver reports; what it
 * cannot see without transport-wide feedback is a queue that grows in front of a bottleneck, so this watches the one-way
 * delay (abs-send-time against arrival) and otherwise leaves room to grow. The least delay of each second counts, as in CoDel
 * (RFC 8289): a queue delays every packet, while a process that was busy, ours or theirs, reads some late and the next in time.
 */
export class ReceiveBandwidth {
  #limit = START
  #windowStart: number | null = null
  #bits = 0
  /** Lowest delay of the last two windows of `BASE_WINDOW_MS`, and of each. Milliseconds, with an unknown constant. */
  #base = Infinity
  #baseBefore = Infinity
  #baseSince = 0
  /** Least delay since the last `limit`. */
  #delay = Infinity
  #lastArrivalAt = -Infinity
  #lastDecreaseAt = -Infinity
  #sendTime: { raw: number; ms: number } | null = null

  /** `absSendTime`: the 24 bits of the header extension (seconds in 6.18 fixed point), null when the packet has none. */
  arrived(bytes: number, absSendTime: number | null, nowMs: number): void {
    this.#windowStart ??= nowMs
    this.#bits += bytes * 8
    if (absSendTime === null) return
    if (nowMs - this.#lastArrivalAt > SILENCE_MS) {
      this.#sendTime = null
      this.#base = this.#baseBefore = this.#delay = Infinity
    }
    this.#lastArrivalAt = nowMs
    const delay = nowMs - this.#unwrap(absSendTime)
    if (nowMs - this.#baseSince > BASE_WINDOW_MS) {
      this.#baseBefore = this.#base
      this.#base = Infinity
      this.#baseSince = nowMs
    }
    this.#base = Math.min(this.#base, delay)
    this.#delay = Math.min(this.#delay, delay)
  }

  /** Bits per second to announce; call it about once a second. */
  limit(nowMs: number): number {
    const elapsed = this.#windowStart === null ? 0 : nowMs - this.#windowStart
    if (elapsed < 200) return this.#limit
    const rate = (this.#bits * 1000) / elapsed
    this.#bits = 0
    this.#windowStart = nowMs
    const queued = this.#delay === Infinity ? 0 : this.#delay - Math.min(this.#base, this.#baseBefore)
    this.#delay = Infinity
    if (queued > QUEUE_MS && nowMs - this.#lastDecreaseAt > 1000) {
      this.#limit = Math.max(LOWEST, Math.min(this.#limit, rate) * 0.85)
      this.#lastDecreaseAt = nowMs
    } else if (queued <= QUEUE_MS / 2) {
      this.#limit = Math.min(HIGHEST, this.#limit * 1.08 + 20_000)
    }
    return this.#limit
  }

  /** The 24 bits wrap every 64 s. */
  #unwrap(raw: number): number {
    const before = this.#sendTime
    const step = before ? ((raw - before.raw + 0x80_0000) & 0xff_ffff) - 0x80_0000 : 0
    const ms = before ? before.ms + step / 262.144 : raw / 262.144
    this.#sendTime = { raw, ms }
    return ms
  }
}

/** Enough for a camera in two layers and a screen from the first second on; bottlenecks below it show as queue or loss. */
const START = 3_000_000
const LOWEST = 150_000
const HIGHEST = 8_000_000
/** A queue that adds this much is a bottleneck and not the jitter of a radio link. */
const QUEUE_MS = 120
/** Clocks drift and routes change: the lowest delay is forgotten after two of these. */
const BASE_WINDOW_MS = 10_000
/** After this the delays of before say nothing about the path, and from 32 s on the send time has wrapped unnoticed. */
const SILENCE_MS = 10_000

import { describe, expect, it } from 'vitest'
import { ReceiveBandwidth } from './receive-bandwidth.js'

/** abs-send-time of a moment on the sender's clock. */
const sent = (ms: number) => Math.round(ms * 262.144) & 0xff_ffff

interface Path { readonly seconds: number; readonly bitsPerSecond: number; readonly delayMs: (ms: number) => number }

/** Packets of 1000 bytes over a path; the limit of every second. */
function drive(bandwidth: ReceiveBandwidth, fromMs: number, { seconds, bitsPerSecond, delayMs }: Path): number[] {
  const gapMs = 8_000_000 / bitsPerSecond
  const limits: number[] = []
  let reportAt = fromMs + 1000
  for (let ms = fromMs; ms < fromMs + seconds * 1000; ms += gapMs) {
    const arrival = ms + delayMs(ms - fromMs)
    bandwidth.arrived(1000, sent(ms), arrival)
    if (ms >= reportAt) {
      limits.push(bandwidth.limit(arrival))
      reportAt += 1000
    }
  }
  return limits
}

describe('ReceiveBandwidth', () => {
  it('leaves room to grow on a path without a queue, even over the wrap of the send time', () => {
    const limits = drive(new ReceiveBandwidth(), 50_000, { seconds: 40, bitsPerSecond: 1_000_000, delayMs: () => 30 })
    expect(limits.every((limit, i) => i === 0 || limit >= limits[i - 1]!)).toBe(true)
    expect(limits.at(-1)).toBe(8_000_000)
  })

  it('bears the jitter of a radio link', () => {
    const limits = drive(new ReceiveBandwidth(), 0, { seconds: 10, bitsPerSecond: 1_000_000, delayMs: (ms) => 30 + ((ms * 7919) % 60) })
    expect(limits.at(-1)!).toBeGreaterThan(3_000_000)
  })

  it('goes below what arrives while a queue grows, and recovers afterwards', () => {
    const bandwidth = new ReceiveBandwidth()
    drive(bandwidth, 0, { seconds: 5, bitsPerSecond: 2_000_000, delayMs: () => 30 })
    // 20 % more than the path carries: 200 ms of queue a second.
    const congested = drive(bandwidth, 5000, { seconds: 4, bitsPerSecond: 2_000_000, delayMs: (ms) => 30 + ms * 0.2 })
    expect(congested.at(-1)!).toBeLessThan(1_700_000)
    const relieved = drive(bandwidth, 9000, { seconds: 20, bitsPerSecond: 1_000_000, delayMs: () => 30 })
    expect(relieved.at(-1)!).toBeGreaterThan(congested.at(-1)! * 2)
  })

  it.each([[150, 300], [400, 500], [900, 1000]])('takes packets that were read %i ms late in one burst, every %i ms, for our own stall and not for a queue', (stallMs, everyMs) => {
    // 300 kbit/s, less than the limit: the first mistake would bring the limit down to that.
    const limits = drive(new ReceiveBandwidth(), 0, { seconds: 15, bitsPerSecond: 300_000, delayMs: (ms) => 30 + Math.max(0, stallMs - (ms % everyMs)) })
    expect(limits.every((limit, i) => i === 0 || limit >= limits[i - 1]!)).toBe(true)
  })

  it('knows a queue that stands from the first packet of a stall on', () => {
    const bandwidth = new ReceiveBandwidth()
    drive(bandwidth, 0, { seconds: 3, bitsPerSecond: 1_000_000, delayMs: () => 30 })
    const limits = drive(bandwidth, 3000, { seconds: 3, bitsPerSecond: 1_000_000, delayMs: (ms) => 330 + Math.max(0, 150 - (ms % 300)) })
    expect(limits.at(-1)!).toBeLessThan(1_000_000)
  })

  it('goes on as before after a silence longer than the send time can tell', () => {
    const bandwidth = new ReceiveBandwidth()
    const before = drive(bandwidth, 0, { seconds: 5, bitsPerSecond: 1_000_000, delayMs: () => 30 })
    const after = drive(bandwidth, 45_000, { seconds: 5, bitsPerSecond: 1_000_000, delayMs: () => 30 })
    expect(after.at(-1)!).toBeGreaterThanOrEqual(before.at(-1)!)
  })

  it('gives the start limit before anything arrived, and for packets without a send time', () => {
    const bandwidth = new ReceiveBandwidth()
    expect(bandwidth.limit(0)).toBe(3_000_000)
    bandwidth.arrived(1000, null, 10)
    expect(bandwidth.limit(2000)).toBeGreaterThanOrEqual(3_000_000)
  })
})

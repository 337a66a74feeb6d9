import { describe, expect, it } from 'vitest'
import { ReceiveStatistics } from './receive-statistics.js'

describe('ReceiveStatistics', () => {
  it('has nothing to report of nothing', () => expect(new ReceiveStatistics(48_000).report(1, 0)).toBe(null))

  it('counts loss in total and since the last report, and cycles of the sequence number', () => {
    const statistics = new ReceiveStatistics(48_000)
    for (const sequence of [65_534, 65_535, 1, 2]) statistics.arrived(sequence, 0, 0)
    expect(statistics.report(9, 0)).toMatchObject({ ssrc: 9, packetsLost: 1, fractionLost: Math.floor(256 / 5), highestSequence: 65_536 + 2 })
    statistics.arrived(0, 0, 0)
    statistics.arrived(3, 0, 0)
    expect(statistics.report(9, 0)).toMatchObject({ packetsLost: 0, fractionLost: 0, highestSequence: 65_536 + 3 })
  })

  it('measures the jitter of arrivals as RFC 3550 does', () => {
    const steady = new ReceiveStatistics(48_000)
    const uneven = new ReceiveStatistics(48_000)
    for (let n = 0; n < 200; n++) {
      steady.arrived(n, 960 * n, 20 * n)
      uneven.arrived(n, 960 * n, 20 * n + (n % 2 ? 5 : 0))
    }
    expect(steady.report(1, 0)!.jitter).toBe(0)
    // Every arrival differs from the last by 5 ms = 240 ticks, which the running mean approaches from below.
    expect(uneven.report(1, 0)!.jitter).toBe(239)
  })

  it('echoes the last sender report with the time since', () => {
    const statistics = new ReceiveStatistics(90_000)
    statistics.arrived(1, 0, 0)
    expect(statistics.report(1, 100)).toMatchObject({ lastSenderReport: 0, delaySinceSenderReport: 0 })
    statistics.senderReported(0xccdd_1122, 1000)
    expect(statistics.report(1, 1500)).toMatchObject({ lastSenderReport: 0xccdd_1122, delaySinceSenderReport: 32_768 })
  })
})

import type { StatsSource } from '@earshot/stats-sampler'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { pair } from '../../test/generated-stats.js'
import type { ChannelLink } from '../link/channel-link.js'
import { NetworkQualityReporter } from './network-quality-reporter.js'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

/** A connection that sends or receives, of that round trip. */
function connection(type: 'outbound-rtp' | 'inbound-rtp', rttMs: number, connectionState = 'connected'): StatsSource & { connectionState: string } {
  let seconds = 0
  return {
    connectionState,
    async getStats() {
      seconds += 2
      const counters = type === 'outbound-rtp' ? { packetsSent: 100 * seconds, bytesSent: 1000 * seconds } : { packetsReceived: 100 * seconds, packetsLost: 0, bytesReceived: 1000 * seconds }
      const stream = { id: 'S', type, kind: 'audio', ssrc: 1, ...counters }
      return new Map<string, unknown>([...pair(seconds, { rttMs }), stream].map((entry) => [entry.id, { timestamp: seconds * 1000, ...entry }]))
    },
  }
}

const linkOf = (sources: ReadonlyMap<string, StatsSource>) => ({ statsSources: () => sources }) as unknown as ChannelLink // all that is asked of it

it('tells every 2 s, and only while it has a link', async () => {
  const told: unknown[] = []
  const reporter = new NetworkQualityReporter((quality) => told.push(quality))
  await vi.advanceTimersByTimeAsync(4000)
  expect(told).toEqual([])
  const link = linkOf(new Map())
  reporter.update(link)
  await vi.advanceTimersByTimeAsync(1999)
  expect(told).toHaveLength(0)
  reporter.update(link)
  await vi.advanceTimersByTimeAsync(1)
  expect(told).toEqual([{ uplinkNetworkQuality: 0, downlinkNetworkQuality: 0 }])
  await vi.advanceTimersByTimeAsync(6000)
  expect(told).toHaveLength(4)
  reporter.update(undefined)
  await vi.advanceTimersByTimeAsync(6000)
  expect(told).toHaveLength(4)
  reporter.close()
})

it('judges each direction by its own connection, as they come, fail and go', async () => {
  const told: unknown[] = []
  const reporter = new NetworkQualityReporter((quality) => told.push(quality))
  const up = connection('outbound-rtp', 50)
  const sources = new Map<string, StatsSource>([['publish', up]])
  const link = linkOf(sources)
  reporter.update(link)
  await vi.advanceTimersByTimeAsync(4000)
  expect(told.at(-1)).toEqual({ uplinkNetworkQuality: 1, downlinkNetworkQuality: 0 })
  sources.set('subscribe', connection('inbound-rtp', 400))
  reporter.update(link)
  await vi.advanceTimersByTimeAsync(4000)
  expect(told.at(-1)).toEqual({ uplinkNetworkQuality: 1, downlinkNetworkQuality: 4 })
  up.connectionState = 'disconnected'
  await vi.advanceTimersByTimeAsync(2000)
  expect(told.at(-1)).toEqual({ uplinkNetworkQuality: 6, downlinkNetworkQuality: 4 })
  sources.delete('publish')
  reporter.update(link)
  await vi.advanceTimersByTimeAsync(2000)
  expect(told.at(-1)).toEqual({ uplinkNetworkQuality: 0, downlinkNetworkQuality: 4 })
  reporter.close()
  const { length } = told
  await vi.advanceTimersByTimeAsync(6000)
  expect(told).toHaveLength(length)
})

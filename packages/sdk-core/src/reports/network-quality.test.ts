import type { ConnectionSample, StreamSample } from '@earshot/stats-sampler'
import { expect, it } from 'vitest'
import { networkQuality } from './network-quality.js'

const track = (direction: 'send' | 'receive', fields: Partial<StreamSample> = {}): StreamSample => ({ id: direction, kind: 'audio', direction, packetsPerSecond: 50, ...fields })
const sample = (tracks: StreamSample[], rttMs?: number): ConnectionSample =>
  ({ timestamp: 0, durationMs: 2000, gap: false, reset: false, streams: tracks, tracks, ...(rttMs === undefined ? {} : { rttMs }) })

it.each([
  // round trip ms, loss ratio, level
  [0, 0, 1], [100, 0.1, 1], [101, 0, 2], [0, 0.101, 2], [200, 0.2, 2], [201, 0, 3], [0, 0.201, 3], [350, 0.3, 3], [351, 0, 4], [0, 0.301, 4],
  [500, 0.5, 4], [501, 0, 5], [0, 0.501, 5], [10_000, 1, 5], [150, 0.4, 4],
])('a round trip of %d ms and a loss of %d is level %d, whichever is worse', (rttMs, networkLossRatio, level) => {
  expect(networkQuality([{ sample: sample([track('send', { networkLossRatio })], rttMs) }])).toEqual({ uplinkNetworkQuality: level, downlinkNetworkQuality: 0 })
  expect(networkQuality([{ sample: sample([track('receive', { networkLossRatio })], rttMs) }])).toEqual({ uplinkNetworkQuality: 0, downlinkNetworkQuality: level })
})

it('is unknown without a connection, without a stream of that direction, and while nothing is known of it', () => {
  const unknown = { uplinkNetworkQuality: 0, downlinkNetworkQuality: 0 }
  expect(networkQuality([])).toEqual(unknown)
  expect(networkQuality([{ sample: sample([], 600) }])).toEqual(unknown)
  expect(networkQuality([{ sample: sample([track('send'), track('receive')]) }])).toEqual(unknown)
})

it('judges by what is known: the round trip or the loss alone', () => {
  expect(networkQuality([{ sample: sample([track('send')], 250) }]).uplinkNetworkQuality).toBe(3)
  expect(networkQuality([{ sample: sample([track('send', { networkLossRatio: 0.25 })]) }]).uplinkNetworkQuality).toBe(3)
})

it('weighs the loss by packets, and leaves out tracks that do not flow', () => {
  const tracks = [
    track('receive', { networkLossRatio: 0.5, packetsPerSecond: 10 }), track('receive', { networkLossRatio: 0, packetsPerSecond: 90 }),
    track('receive', { networkLossRatio: 1, packetsPerSecond: 0 }),
  ]
  expect(networkQuality([{ sample: sample(tracks, 20) }]).downlinkNetworkQuality).toBe(1) // 5 %
})

it.each(['disconnected', 'failed'])('says 6 for a connection that is %s, for its direction only', (connectionState) => {
  const paths = [{ connectionState, sample: sample([track('send')], 20) }, { connectionState: 'connected', sample: sample([track('receive')], 20) }]
  expect(networkQuality(paths)).toEqual({ uplinkNetworkQuality: 6, downlinkNetworkQuality: 1 })
})

it('takes the worst of several connections of one direction', () => {
  expect(networkQuality([{ sample: sample([track('receive')], 20) }, { sample: sample([track('receive')], 400) }]).downlinkNetworkQuality).toBe(4)
})

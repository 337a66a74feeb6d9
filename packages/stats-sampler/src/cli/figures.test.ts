import { expect, test } from 'vitest'
import type { ConnectionSample, StreamSample } from '../connection-sample.ts'
import { curvesOf, figures } from './figures.ts'

const audio: StreamSample = { id: 'I', mid: '0', kind: 'audio', direction: 'receive', lossRatio: 0.25, networkLossRatio: 0.5, jitterMs: 3 }
const video: StreamSample = { id: 'O', mid: '1', kind: 'video', direction: 'send', networkLossRatio: 0.1, framesPerSecond: 30 }
const at = (second: number, more: Partial<ConnectionSample> = {}): ConnectionSample =>
  ({ timestamp: second * 1000, durationMs: 1000, rttMs: second, gap: false, reset: false, streams: [], tracks: [], ...more })
const curves = (name: string, samples: readonly ConnectionSample[]) => curvesOf(figures.find((figure) => figure.name === name)!, samples)
const segments = (name: string, samples: readonly ConnectionSample[]) => curves(name, samples).map((curve) => curve.segments.map((points) => points.map(({ time, value }) => [time / 1000, value])))

test('neighbouring samples make one segment', () => {
  expect(segments('round-trip time', [at(1), at(2), at(3)])).toEqual([[[[1, 1], [2, 2], [3, 3]]]])
})

test.each<[string, ConnectionSample[]]>([
  ['a gap', [at(1), at(5, { gap: true, durationMs: 4000 })]],
  ['a value that is not known', [at(1), { ...at(2), rttMs: undefined } as unknown as ConnectionSample, at(5)]],
  ['a pause between two samplings', [at(1), at(5)]],
])('%s ends a segment', (_, samples) => {
  expect(segments('round-trip time', samples)).toEqual([[[[1, 1]], [[5, 5]]]])
})

test('the same report twice says nothing new, and breaks nothing', () => {
  expect(segments('round-trip time', [at(1), at(1, { durationMs: 0 }), at(2)])).toEqual([[[[1, 1], [2, 2]]]])
})

test('each track has its curve: what is received by what was lost here, what is sent by what the receiver reported', () => {
  const samples = [at(1, { tracks: [audio, video] }), at(2, { tracks: [audio, video] })]
  expect(curves('loss', samples).map(({ way }) => way)).toEqual(['received', 'sent'])
  expect(segments('loss', samples)).toEqual([[[[1, 25], [2, 25]]], [[[1, 10], [2, 10]]]])
  expect(segments('frame rate', samples)).toEqual([[[[1, 30], [2, 30]]]])
})

test('the bitrate is the whole connection, in kbit/s', () => {
  expect(segments('bitrate', [at(1, { bytesSentPerSecond: 125_000, bytesReceivedPerSecond: 1000 })])).toEqual([[[[1, 1000]]], [[[1, 8]]]])
})

test('MOS is for audio alone, and not known while one of its three figures is not', () => {
  const { jitterMs: _, ...noJitter } = audio
  expect(curves('MOS', [at(1, { tracks: [noJitter, video] })])).toEqual([])
  const [[[[, low = NaN] = []] = []] = []] = segments('MOS', [at(1, { tracks: [audio] })])
  const [[[[, high = NaN] = []] = []] = []] = segments('MOS', [at(1, { tracks: [{ ...audio, lossRatio: 0 }] })])
  expect(low).toBeGreaterThanOrEqual(1)
  expect(high).toBeGreaterThan(low)
  expect(high).toBeLessThanOrEqual(4.5)
})

import { expect, test } from 'vitest'
import type { ConnectionSample } from '../connection-sample.ts'
import { summaryJson, summaryText } from './summary.ts'

const at = (second: number, more: Partial<ConnectionSample> = {}): ConnectionSample =>
  ({ timestamp: second * 1000, durationMs: 1000, gap: false, reset: false, streams: [], tracks: [], ...more })
const sampled = new Map([
  ['one', [at(1, { rttMs: 20 }), at(2, { rttMs: 30.04, reset: true }), at(3, { rttMs: 0, bytesSentPerSecond: 125_000 })]],
  ['two\n\u202e\u009b', [at(6000, { durationMs: 6_000_000, gap: true })]],
])

test('the summary is a table for each source, with units and without what is not known', () => {
  expect(summaryText('a.json', sampled)).toBe(`a.json
  one: 3 samples, 0:03.0, 0 gaps, 1 reset
                                      median    lowest   highest
    round-trip time       ms            20.0       0.0      30.0
    bitrate sent          kbit/s        1000      1000      1000

  two\ufffd\ufffd\ufffd: 1 sample, 1:40:00.0, 1 gap, 0 resets
                                      median    lowest   highest
`)
})

test('the JSON has every sample in full, one on a line', () => {
  const lines = [...summaryJson(sampled)]
  expect(lines.every((line) => /^\P{Cc}+\n$/u.test(line))).toBe(true)
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([...sampled].flatMap(([source, samples]) => samples.map((sample) => ({ source, ...sample }))))
})

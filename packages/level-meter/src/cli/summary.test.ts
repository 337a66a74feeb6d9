import { expect, test } from 'vitest'
import type { Measurement } from './measure.ts'
import { levelText, summaryJson, summaryText } from './summary.ts'

const measurement: Measurement = {
  wav: { coding: 'int24', bits: 20, channels: 2, sampleRate: 48_000, frameBytes: 6, channelMask: 0, start: 44, frames: 48_000, missingBytes: 0 },
  frames: 48_000 * 3723.5, channelNames: ['L', 'R'], momentary: -70, shortTerm: -71,
  integrated: -23.04, range: 7.25, maxMomentary: -9.96, maxShortTerm: -120.44, truePeak: [0.04, -Infinity], samplePeak: [-0.04, -Infinity],
}

test('the summary is a table with units', () => {
  expect(summaryText('a.wav', measurement)).toBe(`a.wav
  format          20-bit integer, 48000 Hz, 2 channels
  duration        1:02:03.500
  integrated       -23.0 LUFS
  range              7.3 LU
  max momentary    -10.0 LUFS
  max short-term  -120.4 LUFS

  channel   true peak     sample peak
  L           0.0 dBTP      0.0 dBFS
  R          -inf dBTP     -inf dBFS
`)
})

test('the JSON has all numbers in full, and null for silence', () => {
  const json = summaryJson('a.wav', measurement)
  expect(json).toMatch(/^\{[^\n]*\}\n$/)
  expect(JSON.parse(json)).toEqual({
    file: 'a.wav', duration: 3723.5, sampleRate: 48_000, bits: 20, coding: 'int24', channels: ['L', 'R'],
    integrated: -23.04, range: 7.25, maxMomentary: -9.96, maxShortTerm: -120.44, truePeak: [0.04, null], samplePeak: [-0.04, null],
  })
})

test('a peak beyond all numbers does not look like silence in JSON', () => {
  expect(JSON.parse(summaryJson('a.wav', { ...measurement, truePeak: [Infinity] }))).toMatchObject({ truePeak: [Number.MAX_VALUE] })
})

test.each([[-0.04, '0.0'], [0, '0.0'], [-0.06, '-0.1'], [3.25, '3.3'], [-Infinity, '-inf'], [Infinity, 'inf']])('a level of %f reads %s', (level, text) => {
  expect(levelText(level)).toBe(text)
})

import { expect, test } from 'vitest'
import { findXmlFault } from '../../test/xml.ts'
import type { Measurement, Trace } from './measure.ts'
import { columnsOf, drawPicture } from './picture.ts'

function measured(trace: Trace, rest: Partial<Measurement> = {}): Measurement {
  return {
    wav: { coding: 'int16', bits: 16, channels: 1, sampleRate: 48_000, frameBytes: 2, channelMask: 0, start: 44, frames: 1, missingBytes: 0 },
    frames: 4800 * trace.momentary.length, channelNames: ['mono'], momentary: 0, shortTerm: 0,
    integrated: -23, range: 0, maxMomentary: 0, maxShortTerm: 0, truePeak: [0], samplePeak: [0], trace, ...rest,
  }
}

const ramp = (length: number, from: number, to: number): number[] => Array.from({ length }, (_, i) => from + (to - from) * i / Math.max(1, length - 1))
const traceOf = (length: number): Trace => ({ momentary: ramp(length, -50, -10), shortTerm: ramp(length, -40, -20), truePeak: ramp(length, -30, -1) })
const silence = (length: number): number[] => Array.from({ length }, () => -Infinity)

/** Points of a curve, in units of the drawing. */
function pointsOf(svg: string, kind: string): [number, number][] {
  const path = new RegExp(`<path class="${kind}" d="([^"]*)"`).exec(svg)?.[1] ?? ''
  const numbers = path.match(/-?[\d.]+/g)?.map(Number) ?? []
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i] ?? NaN, numbers[2 * i + 1] ?? NaN])
}

const kinds = ['peak', 'momentary', 'short'] as const

test.each<[string, Trace, RegExp]>([
  ['one step', traceOf(1), /time in s</],
  ['20 s', traceOf(200), /time in s</],
  ['3 minutes', traceOf(1800), /time in min:s</],
  ['3 hours', traceOf(108_000), />1:30:00<.*time in h:min:s</s],
  ['40 days', traceOf(1), /time in/],
  ['silence', { momentary: silence(50), shortTerm: silence(50), truePeak: silence(50) }, />-60</],
  ['whispers', { momentary: ramp(50, -110, -95), shortTerm: ramp(50, -110, -95), truePeak: ramp(50, -100, -80) }, />-120</],
  ['floats far above full scale', { momentary: ramp(50, -10, 740), shortTerm: ramp(50, -10, 740), truePeak: [...ramp(48, -3, 740), Infinity, NaN] }, />60</],
])('%s give well-formed XML with three curves inside of the plot and axes with units', (name, trace, axis) => {
  const svg = drawPicture('a.wav', measured(trace, name === '40 days' ? { frames: 48_000 * 3_456_000 } : {}))
  expect(findXmlFault(svg)).toBeUndefined()
  expect(svg).toMatch(axis)
  expect(svg).toContain('loudness in LUFS, peak in dBTP')
  for (const kind of kinds) {
    const points = pointsOf(svg, kind)
    expect(points.length).toBeGreaterThanOrEqual(3)
    expect(points.length).toBeLessThanOrEqual(402)
    expect(points.every(([x, y]) => x >= 58 && x <= 926 && y >= 66 && y <= 372)).toBe(true)
    expect([points[0]?.[0], points.at(-1)?.[0]]).toEqual([58, 926])
  }
  expect(svg.match(/<text/g)?.length).toBeLessThan(40)
})

test('a level stands at its place on the axis', () => {
  const svg = drawPicture('a.wav', measured({ momentary: [-20, -30], shortTerm: [-40, -60], truePeak: [-1, -70] }))
  const tick = (level: number): number => Number(new RegExp(`y1="([\\d.]+)" y2="[\\d.]+"/><text [^>]*>${level}<`).exec(svg)?.[1])
  expect(pointsOf(svg, 'momentary').map(([, y]) => y)).toEqual([-20, -20, -30, -30].map(tick))
  expect(pointsOf(svg, 'short').map(([, y]) => y)).toEqual([-40, -40, -60, -60].map(tick))
  expect(pointsOf(svg, 'peak').at(-1)?.[1]).toBe(tick(-60)) // what is lower lies on the edge
  expect(Number(/class="integrated"[^>]*y1="([\d.]+)" y2="[\d.]+"\/>\n<\/svg>/.exec(svg)?.[1])).toBeCloseTo(0.7 * tick(-20) + 0.3 * tick(-30), 0) // a tenth of a unit is drawn
})

test('the file name is the title, whatever is in it', () => {
  const svg = drawPicture('</title><script>"&\u0001\ud800\uffff😀.wav', measured(traceOf(5)))
  expect(findXmlFault(svg)).toBeUndefined()
  expect(svg).toContain('<title>&lt;/title&gt;&lt;script&gt;&quot;&amp;\ufffd\ufffd\ufffd😀.wav</title>')
  expect(findXmlFault(drawPicture('&😀'.repeat(120), measured(traceOf(5))))).toBeUndefined()
})

test('without a level there is no line for the integrated loudness, and the legend says so', () => {
  const svg = drawPicture('a.wav', measured(traceOf(5), { integrated: -Infinity }))
  expect(svg).toContain('integrated -inf LUFS')
  expect(svg.match(/class="integrated"/g)).toHaveLength(1)
})

test('a column has the largest of its values, and no value belongs to none', () => {
  const values = Array.from({ length: 100_001 }, () => -Infinity)
  for (const index of [0, 333, 50_000, 100_000]) {
    const columns = columnsOf(values.with(index, -3))
    expect(columns).toHaveLength(400)
    expect(columns.filter((value) => value === -3)).toHaveLength(1)
  }
  expect(columnsOf([1, 2, 3])).toEqual([1, 2, 3])
  expect(columnsOf([])).toEqual([])
})

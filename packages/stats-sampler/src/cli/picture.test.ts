import { expect, test } from 'vitest'
import { findXmlFault } from '../../../level-meter/test/xml.ts'
import type { ConnectionSample } from '../connection-sample.ts'
import { drawPicture, extremes } from './picture.ts'

const at = (second: number, more: Partial<ConnectionSample> = {}): ConnectionSample =>
  ({ timestamp: 1_700_000_000_000 + second * 1000, durationMs: 1000, rttMs: 50, bytesSentPerSecond: 1000, gap: false, reset: false, streams: [], tracks: [], ...more })
const seconds = (count: number): ConnectionSample[] => Array.from({ length: count }, (_, n) => at(n + 1))
const paths = (svg: string, kind: string): string[] => [...svg.matchAll(new RegExp(`<path class="${kind}" d="([^"]*)"`, 'g'))].map(([, path = '']) => path)

test.each<[string, ConnectionSample[]]>([
  ['one sample', seconds(1)], ['a minute', seconds(60)], ['three hours', seconds(10_800)], ['the same time', [at(1, { durationMs: 0 })]],
  ['a time that no calendar has', [at(1, { timestamp: 1e300, durationMs: 1e299 })]],
  ['huge values', [at(1, { rttMs: 1e300, bytesSentPerSecond: 1e300 }), at(2)]], ['nothing known', [at(1, { tracks: [{ id: 'a', kind: 'audio', direction: 'send' }] })]],
])('%s gives well-formed XML, nothing outside of the drawing and no NaN', (_, samples) => {
  const svg = drawPicture('a.json', new Map([['one', samples], ['two', samples]]))
  expect(findXmlFault(svg)).toBeUndefined()
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  const height = Number(/viewBox="0 0 960 (\d+)"/.exec(svg)?.[1])
  for (const [, x, y] of svg.matchAll(/[ML ](-?[\d.]+) (-?[\d.]+)(?=[hLV "])/g)) expect([Number(x) >= 0 && Number(x) <= 960, Number(y) >= 0 && Number(y) <= height]).toEqual([true, true])
})

test('each source has a group of five panels, and what is not known is said', () => {
  const svg = drawPicture('a.json', new Map([['one', seconds(3)], ['two', seconds(3)]]))
  expect([...svg.matchAll(/class="source"[^>]*>(\w+)</g)].map(([, name]) => name)).toEqual(['one', 'two'])
  for (const name of ['round-trip time in ms', 'loss in %: not known', 'bitrate in kbit/s', 'frame rate in 1/s: not known', 'MOS: not known']) expect(svg.split(`>${name}<`)).toHaveLength(3)
})

test('a gap is a break in the curve and a shaded time as long as it was; a reset is a line at its time', () => {
  const svg = drawPicture('a.json', new Map([['one', [at(1), at(2), at(8, { gap: true, durationMs: 6000 }), at(9), at(10, { reset: true })]]]))
  const [rtt = ''] = paths(svg, 'path')
  expect(rtt.match(/M/g)).toHaveLength(2)
  // 0 to 10 s are 64 to 936
  const x = (second: number): string => String(Math.round(640 + 872 * second) / 10)
  expect(svg).toMatch(new RegExp(`<rect class="gap" x="${64 + 87.2 * 2}" y="\\d+" width="${Math.round(872 * 6) / 10}"`))
  expect(paths(svg, 'reset').slice(1)).toHaveLength(5)
  expect(paths(svg, 'reset')[1]).toContain(`M${x(10)} `)
  expect(rtt).toContain(`M${x(1)} `)
})

test('the names are shown, whatever is in them', () => {
  const svg = drawPicture('</title><script>"&\u0001\ud800.json', new Map([['<b>&'.repeat(60), seconds(2)]]))
  expect(findXmlFault(svg)).toBeUndefined()
  expect(svg).toContain('<title>&lt;/title&gt;&lt;script&gt;&quot;&amp;\ufffd\ufffd.json</title>')
  expect(svg).not.toContain('<b>')
})

test('a long curve keeps its lowest and highest points, in the order of time', () => {
  const points = Array.from({ length: 50_001 }, (_, time) => ({ time, value: time === 777 ? 9 : time === 40_000 ? -9 : time % 3 }))
  const kept = extremes(points)
  expect(kept).toHaveLength(800)
  expect(kept).toContainEqual({ time: 777, value: 9 })
  expect(kept).toContainEqual({ time: 40_000, value: -9 })
  expect(kept.map(({ time }) => time)).toEqual(kept.map(({ time }) => time).sort((one, other) => one - other))
  expect(extremes(points.slice(0, 800))).toEqual(points.slice(0, 800))
})

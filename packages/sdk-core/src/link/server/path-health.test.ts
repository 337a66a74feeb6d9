import { expect, test } from 'vitest'
import { newPath, pathStep, type PathNews, type PathReading } from './path-health.js'

const patience = { silentMs: 1500, restartMs: 3000, againMs: 4000, lostMs: 30_000 }
type Reading = Pick<PathReading, 'bytes'> & Partial<PathReading>

/** News by the time they came at. */
function newsOf(readings: readonly Reading[], everyMs = 500): readonly (readonly [number, PathNews])[] {
  let path = newPath(0)
  const heard: (readonly [number, PathNews])[] = []
  readings.forEach((reading, index) => {
    const nowMs = (index + 1) * everyMs
    const step = pathStep(path, { nowMs, failed: false, canRestart: true, ...reading }, patience)
    path = step.path
    for (const news of step.news) heard.push([reading.nowMs ?? nowMs, news])
  })
  return heard
}

const times = (count: number, reading: Reading): Reading[] => Array.from({ length: count }, () => reading)
const flowing = (count: number, from = 1): Reading[] => Array.from({ length: count }, (_, index) => ({ bytes: from + index }))

test('while something arrives there are no news', () => {
  expect(newsOf(flowing(200))).toEqual([])
})

test('silence is noticed after 1.5 s, restarted after 3 s and every 4 s from there, and lost after 30 s', () => {
  expect(newsOf([...flowing(2), ...times(64, { bytes: 2 })])).toEqual([
    [2500, 'silent'], [4000, 'restart'], [8000, 'restart'], [12_000, 'restart'], [16_000, 'restart'], [20_000, 'restart'], [24_000, 'restart'], [28_000, 'restart'],
    [31_000, 'lost'], [32_000, 'restart'],
  ])
})

test.each([
  ['after silence', 4, [[2000, 'silent'], [3000, 'alive']]],
  ['after it was lost', 61, [[2000, 'silent'], [30_500, 'lost'], [31_500, 'alive']]],
])('it is alive again %s, and then silence counts anew', (_, readings, expected) => {
  const news = newsOf([...flowing(1), ...times(readings, { bytes: 1 }), ...flowing(2, 5)]).filter(([, name]) => name !== 'restart')
  expect(news).toEqual(expected)
})

test('fewer bytes than before are no sign of life: a pair of candidates was forgotten; what comes on top of them is one', () => {
  const silent: Reading[] = [{ bytes: 900 }, ...times(4, { bytes: 900 }), { bytes: 10 }, { bytes: 10 }]
  expect(newsOf(silent)).toEqual([[2000, 'silent'], [3500, 'restart']])
  expect(newsOf([...silent, { bytes: 11 }])).toEqual([[2000, 'silent'], [3500, 'restart'], [4000, 'alive']])
})

test('what has never worked is not silent, and is restarted only when the browser has given it up', () => {
  expect(newsOf(times(20, { bytes: 0 }))).toEqual([])
  expect(newsOf([...times(9, { bytes: 0 }), ...times(10, { bytes: 0, failed: true })])).toEqual([[5000, 'restart'], [9000, 'restart']])
})

test('what has never worked is lost after 30 s, and restarted from then on', () => {
  expect(newsOf(times(62, { bytes: 0 }))).toEqual([[30_000, 'lost'], [30_500, 'restart']])
})

test('a page that slept gives what it missed another chance', () => {
  const asleep = [{ bytes: 1 }, { bytes: 1, nowMs: 60_000 }, { bytes: 1, nowMs: 60_500 }, { bytes: 1, nowMs: 61_000 }]
  expect(newsOf(asleep)).toEqual([])
  expect(newsOf([...asleep, { bytes: 1, nowMs: 61_500 }])).toEqual([[61_500, 'silent']])
})

test('the sleep of the machine does not count, also where it began when the path was silent already: the network goes first', () => {
  const awake = (seconds: number): Reading[] => Array.from({ length: seconds }, (_, index) => ({ bytes: 1, nowMs: 3_600_000 + index * 1000 }))
  const lid = [...flowing(1), ...times(4, { bytes: 1 })]
  expect(newsOf([...lid, ...awake(2)])).toEqual([[2000, 'silent'], [3_600_000, 'restart']])
  expect(newsOf([...lid, ...awake(29)]).at(-1)).toEqual([3_628_000, 'lost'])
})

test('a restart that cannot be negotiated is made up for as soon as it can', () => {
  const cut = times(8, { bytes: 1, canRestart: false })
  expect(newsOf([...flowing(1), ...cut, ...times(3, { bytes: 1 })])).toEqual([[2000, 'silent'], [5000, 'restart']])
})

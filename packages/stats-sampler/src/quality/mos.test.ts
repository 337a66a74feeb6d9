import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mos } from './mos.ts'

const perfect = { lossRatio: 0, rttMs: 0, jitterMs: 0 }

/** 47 values each: 103,823 points. */
const steps = Array.from({ length: 47 }, (_, n) => n / 46)
const losses = steps.map((step) => step ** 2)
const delays = steps.map((step) => 5000 * step ** 2)
const jitters = steps.map((step) => 1000 * step ** 2)

test('on a grid of more than 10^5 points it lies within 1 and 4.5 and never rises with a worse loss, delay or jitter', () => {
  const at = losses.map((lossRatio) => delays.map((rttMs) => jitters.map((jitterMs) => mos({ lossRatio, rttMs, jitterMs }))))
  let [points, outside, rising] = [0, 0, 0]
  for (const [l, planes] of at.entries()) for (const [d, row] of planes.entries()) for (const [j, value] of row.entries()) {
    points++
    if (!(value >= 1 && value <= 4.5)) outside++
    for (const better of [at[l - 1]?.[d]?.[j], planes[d - 1]?.[j], row[j - 1]]) if (better !== undefined && value > better) rising++
  }
  expect({ enough: points >= 1e5, outside, rising }).toEqual({ enough: true, outside: 0, rising: 0 })
})

test('of any two inputs the one that is worse in something and better in nothing is not rated higher', () => {
  const ratio = fc.double({ min: 0, max: 1, noNaN: true })
  const ms = fc.oneof(fc.double({ min: 0, max: 2000, noNaN: true }), fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }))
  const any = fc.record({ lossRatio: ratio, rttMs: ms, jitterMs: ms })
  fc.assert(fc.property(any, any, (one, other) => {
    const worse = { lossRatio: Math.max(one.lossRatio, other.lossRatio), rttMs: Math.max(one.rttMs, other.rttMs), jitterMs: Math.max(one.jitterMs, other.jitterMs) }
    // 1e-9: the impairments are sums of rounded terms.
    expect(mos(worse)).toBeLessThanOrEqual(mos(one) + 1e-9)
    expect(mos(worse)).toBeGreaterThanOrEqual(1)
  }))
})

// Each from the equations of G.107 by hand, or as published.
test.each([
  ['the best of G.107: R 93.2 is 4.41', perfect, 4.41],
  ['G.107 annex B: R 80 (Ie,eff 13.2) is 4.02', { ...perfect, lossRatio: (25.1 * 13.2) / (95 - 13.2) / 100 }, 4.02],
  ['R 70 is 3.60', { ...perfect, lossRatio: (25.1 * 23.2) / (95 - 23.2) / 100 }, 3.6],
  ['R 60 is 3.10', { ...perfect, lossRatio: (25.1 * 33.2) / (95 - 33.2) / 100 }, 3.1],
  ['R 50 is 2.58', { ...perfect, lossRatio: (25.1 * 43.2) / (95 - 43.2) / 100 }, 2.58],
  ['everything lost: Ie,eff 75.9, R 17.3', { ...perfect, lossRatio: 1 }, 1.18],
  ['100 ms one way costs nothing (codec 26.5 ms included)', { ...perfect, rttMs: 147 }, 4.41],
  ['200 ms one way is one octave: Idd 3.0, R 90.2', { ...perfect, rttMs: 347 }, 4.34],
])('%s', (_, input, expected) => {
  expect(mos(input)).toBeCloseTo(expected, 2) // as many digits as the tables give
})

test('1 ms of jitter is as bad as 4 ms of round trip: a buffer of twice the jitter', () => {
  expect(mos({ ...perfect, rttMs: 300, jitterMs: 25 })).toBe(mos({ ...perfect, rttMs: 400 }))
})

test('what the cubic would put below 1, or let rise again towards R 0, is 1', () => {
  expect(mos({ lossRatio: 1, rttMs: 400, jitterMs: 100 })).toBe(1)
  expect(mos({ lossRatio: 1, rttMs: 60_000, jitterMs: 1000 })).toBe(1)
})

test.each([
  ['lossRatio', NaN], ['lossRatio', -0.01], ['lossRatio', 1.01], ['lossRatio', undefined], ['lossRatio', '0.1'],
  ['rttMs', NaN], ['rttMs', -1], ['rttMs', Infinity], ['rttMs', undefined], ['jitterMs', NaN], ['jitterMs', -1], ['jitterMs', Infinity], ['jitterMs', null],
])('%s %s is refused by name', (name, value) => {
  expect(() => mos({ ...perfect, [name]: value })).toThrow(new RegExp(`^${name} must be a number from 0`))
})

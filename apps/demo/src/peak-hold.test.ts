import { expect, it } from 'vitest'
import { FALL_DB_PER_SECOND, HOLD_MS, markerAt, NO_PEAK, withReading } from './peak-hold.js'

/** Readings of one second each, from time 0 on. */
const after = (...readings: readonly number[]) => readings.reduce((hold, decibels, second) => withReading(hold, decibels, second * 1000), NO_PEAK)

it('stays at a peak for the hold time and falls evenly after it', () => {
  const hold = after(-6, -40)
  expect(markerAt(hold, 1000)).toBe(-6)
  expect(markerAt(hold, HOLD_MS)).toBe(-6)
  expect(markerAt(hold, HOLD_MS + 1000)).toBe(-6 - FALL_DB_PER_SECOND)
})

it('does not fall below the level of now', () => {
  const hold = after(-6, -12, -12)
  expect(markerAt(hold, HOLD_MS + 200)).toBe(-9)
  expect(markerAt(hold, HOLD_MS + 999)).toBe(-12)
})

it('an equal reading starts the hold time again', () => {
  expect(after(-6, -6)).toEqual({ decibels: -6, atMs: 1000, now: -6 })
})

it('a reading above the falling marker becomes the next peak', () => {
  expect(after(-6, -60, -60, -60, -30)).toEqual({ decibels: -30, atMs: 4000, now: -30 })
})

it('of silence nothing is left', () => {
  expect(markerAt(NO_PEAK, 99_999)).toBe(-Infinity)
  expect(markerAt(after(-Infinity), 0)).toBe(-Infinity)
  expect(markerAt(after(-6, -Infinity), 10_000)).toBeLessThan(-100)
})

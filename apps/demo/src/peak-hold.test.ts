import { expect, it } from 'vitest'
import { FALL_DB_PER_SECOND, HOLD_MS, markerAt, NO_PEAK, withReading } from './peak-hold.js'

it('stays at a peak for the hold time and falls evenly after it', () => {
  const hold = withReading(NO_PEAK, -6, 1000)
  expect(markerAt(hold, 1000)).toBe(-6)
  expect(markerAt(hold, 1000 + HOLD_MS)).toBe(-6)
  expect(markerAt(hold, 1000 + HOLD_MS + 1000)).toBe(-6 - FALL_DB_PER_SECOND)
})

it('a lower reading does not move the marker while it holds', () => {
  const hold = withReading(NO_PEAK, -6, 0)
  expect(withReading(hold, -20, 1000)).toBe(hold)
})

it('an equal reading starts the hold time again', () => {
  expect(withReading({ decibels: -6, atMs: 0 }, -6, 1000)).toEqual({ decibels: -6, atMs: 1000 })
})

it('a lower reading takes the marker once that has fallen below it', () => {
  const hold = withReading(NO_PEAK, -6, 0)
  const later = HOLD_MS + 2000
  expect(withReading(hold, -30, later)).toEqual({ decibels: -30, atMs: later })
})

it('silence never becomes a peak', () => {
  expect(withReading(NO_PEAK, -Infinity, 5)).toBe(NO_PEAK)
  expect(markerAt(NO_PEAK, 99_999)).toBe(-Infinity)
})

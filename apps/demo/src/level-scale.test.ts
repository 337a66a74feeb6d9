import { expect, it } from 'vitest'
import { barLength, decibelsOf, formatDecibels, loudnessOf } from './level-scale.js'

it.each([
  [{ level: 100 }, 0], [{ level: 10 }, -20], [{ level: 0 }, -Infinity],
  [{ level: 0, peak: 0.001 }, -60], [{ level: 100, peak: 2 }, 6.0206], [{ level: 0, peak: 0 }, -Infinity],
])('%j is %d dBFS', (row, decibels) => {
  expect(decibelsOf(row)).toBeCloseTo(decibels, 4) // four digits are more than a screen shows
})

it.each([[0, 1], [6, 1], [-60, 0], [-30, 0.5], [-99, 0], [-Infinity, 0]])('a bar at %d dB has the length %d', (decibels, length) => {
  expect(barLength(decibels)).toBe(length)
})

it.each([
  [-Infinity, 'silent'], [-60.1, 'silent'], [-60, 'quiet'], [-36, 'normal'], [-6.1, 'normal'], [-6, 'loud'], [-0.1, 'loud'], [0, 'full-scale'], [3, 'full-scale'],
])('%d dBFS is called %s', (decibels, word) => {
  expect(loudnessOf(decibels)).toBe(word)
})

it.each([[-12.34, '−12.3 dB'], [0, '0.0 dB'], [-0.01, '0.0 dB'], [3.5, '3.5 dB'], [-Infinity, '−∞ dB']])('%d is written %s', (decibels, text) => {
  expect(formatDecibels(decibels)).toBe(text)
})

import { expect, test } from 'vitest'
import { fromDecibels, levelOfPeak, toDecibels } from './level-scale.ts'

test.each([[1, 0], [0, -Infinity], [0.1, -20], [10, 20], [Infinity, Infinity]])('%f is %f dB', (linear, decibels) => {
  expect(toDecibels(linear)).toBeCloseTo(decibels, 12)
  expect(fromDecibels(decibels)).toBeCloseTo(linear, 12)
})

test('half of full scale is about -6.02 dB', () => {
  expect(toDecibels(0.5)).toBeCloseTo(-6.0206, 4)
})

test('a negative amplitude has no level in decibels', () => {
  expect(toDecibels(-1)).toBeNaN()
})

test.each([[0, 0], [0.004, 0], [0.005, 1], [0.5, 50], [0.994, 99], [0.995, 100], [1, 100], [7.5, 100]])('a peak of %f is level %i', (peak, level) => {
  expect(levelOfPeak(peak)).toBe(level)
})

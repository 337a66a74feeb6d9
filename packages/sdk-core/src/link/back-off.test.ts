import { expect, it } from 'vitest'
import { backOffMs } from './back-off.js'

it.each([[0, 250], [1, 500], [2, 1000], [3, 2000], [4, 2000], [1000, 2000]])('attempt %i waits at most %i ms', (attempt, most) => {
  expect([0, 0.5, 1].map((random) => backOffMs(attempt, random))).toEqual([0, most / 2, most])
})

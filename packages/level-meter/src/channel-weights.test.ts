import { expect, test } from 'vitest'
import { weightsOfCount, weightsOfLabels, type ChannelLabel } from './channel-weights.ts'

test.each([
  [1, [1]], [2, [1, 1]], [3, [1, 1, 1]], [4, [1, 1, 1.41, 1.41]], [5, [1, 1, 1, 1.41, 1.41]], [6, [1, 1, 1, 0, 1.41, 1.41]],
  [8, [1, 1, 1, 1, 1, 1, 1, 1]],
])('%i channels weigh %j', (count, weights) => {
  expect([...weightsOfCount(count)]).toEqual(weights)
})

test('labels weigh in their own order', () => {
  expect([...weightsOfLabels(['Rs', 'LFE', 'C', 'L', 'R', 'Ls'], 'test')]).toEqual([1.41, 0, 1, 1, 1, 1.41])
})

test.each(['X', '', 'toString', 'ls'])('the label %j is refused by name', (label) => {
  const create = (): unknown => weightsOfLabels(['L', label as ChannelLabel], 'test')
  expect(create).toThrow(RangeError)
  expect(create).toThrow(`unknown label ${JSON.stringify(label)}`)
})

import { expect, test } from 'vitest'
import { channelWeights, weightOf, type ChannelLabel } from './channel-weights.ts'

test.each([
  [1, [1]], [2, [1, 1]], [3, [1, 1, 1]], [4, [1, 1, 1.41, 1.41]], [5, [1, 1, 1, 1.41, 1.41]], [6, [1, 1, 1, 0, 1.41, 1.41]],
  [8, [1, 1, 1, 1, 1, 1, 1, 1]],
])('%i channels weigh %j', (count, weights) => {
  expect([...channelWeights(count)]).toEqual(weights)
})

test('labels weigh in their own order', () => {
  expect([...channelWeights(['Rs', 'LFE', 'C', 'L', 'R', 'Ls'])]).toEqual([1.41, 0, 1, 1, 1, 1.41])
})

test.each(['X', '', 'toString', 'ls'])('the label %j is refused by name', (label) => {
  const create = (): unknown => channelWeights(['L', label as ChannelLabel])
  expect(create).toThrow(RangeError)
  expect(create).toThrow(`unknown label ${JSON.stringify(label)}`)
  expect(() => weightOf(label as ChannelLabel)).toThrow(RangeError)
})

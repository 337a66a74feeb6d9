import { expect, it } from 'vitest'
import { ID_PATTERN, labelOf, MAX_MESSAGE_BYTES, MAX_SDP, NONCE_PATTERN, slotOf, STREAM_LABELS } from './index.js'

it('labels and slots map to each other', () => {
  expect(STREAM_LABELS.map(slotOf)).toEqual(['audio', 'camera', 'camera', 'screen'])
  expect([labelOf('audio'), labelOf('camera', 'large'), labelOf('camera', 'small'), labelOf('screen')]).toEqual(STREAM_LABELS)
  expect(labelOf('camera')).toBe('sophon_video_camera_large')
})

const long = 'x'.repeat(64)

it.each([['room-42_A', true], [long, true], ['', false], [`${long}x`, false], ['a b', false], ['a\n', false]])('%j is an id: %s', (text, is) => {
  expect(ID_PATTERN.test(text)).toBe(is)
})

it.each([
  ['AK-1', true], ['AK-2b675d94-8c5a-4fbf', true], [`AK-${long.slice(3)}`, true],
  ['AK-', false], [`AK-${long.slice(2)}`, false], ['xAK-1', false], ['AK-1_', false], ['1', false],
])('%j is a nonce: %s', (text, is) => {
  expect(NONCE_PATTERN.test(text)).toBe(is)
})

it('the longest description fits into a message', () => {
  expect(MAX_MESSAGE_BYTES).toBeGreaterThan(MAX_SDP)
})

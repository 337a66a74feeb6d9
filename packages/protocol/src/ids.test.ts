import { expect, it } from 'vitest'
import { labelOf, slotOf, STREAM_LABELS } from './index.js'

it('labels and slots map to each other', () => {
  expect(STREAM_LABELS.map(slotOf)).toEqual(['audio', 'camera', 'camera', 'screen'])
  expect([labelOf('audio'), labelOf('camera'), labelOf('camera', 'small'), labelOf('screen')]).toEqual(STREAM_LABELS)
})

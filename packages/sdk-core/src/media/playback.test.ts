import { expect, it } from 'vitest'
import { checkVolume } from './playback.js'

it.each([0, 0.5, 1])('%d is a volume', (value) => { expect(() => checkVolume('volume', value)).not.toThrow() })

it.each([-0.01, 1.01, Number.NaN, '1', null, undefined])('%j is none', (value) => {
  expect(() => checkVolume('volume', value)).toThrow(expect.objectContaining({ code: 16974081, parameter: 'volume' }))
})

import { expect, it } from 'vitest'
import { readAudioIndicator } from './audio-indicator.js'

it.each([
  [false, undefined],
  [true, { interval: 1, pcm: true, loudness: false, truePeak: false }],
  [{}, { interval: 1, pcm: true, loudness: false, truePeak: false }],
  [{ interval: 0.02 }, { interval: 0.02, pcm: true, loudness: false, truePeak: false }],
  [{ interval: 10 }, { interval: 10, pcm: true, loudness: false, truePeak: false }],
  [{ interval: 0.1, pcm: false, loudness: true, truePeak: true }, { interval: 0.1, pcm: false, loudness: true, truePeak: true }],
])('reads %j', (value, expected) => { expect(readAudioIndicator(value)).toEqual(expected) })

it.each([
  [1, 'enableAudioVolumeIndicator'], [null, 'enableAudioVolumeIndicator'], [{ interval: 0.019 }, 'enableAudioVolumeIndicator.interval'],
  [{ interval: 10.01 }, 'enableAudioVolumeIndicator.interval'], [{ interval: '1' }, 'enableAudioVolumeIndicator.interval'],
  [{ pcm: 'no' }, 'enableAudioVolumeIndicator.pcm'], [{ loudness: 1 }, 'enableAudioVolumeIndicator.loudness'], [{ truePeak: 'yes' }, 'enableAudioVolumeIndicator.truePeak'],
])('refuses %j and names %s', (value, parameter) => {
  expect(() => readAudioIndicator(value as never)).toThrow(expect.objectContaining({ code: 16974081, parameter }))
})

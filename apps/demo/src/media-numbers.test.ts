import { expect, it } from 'vitest'
import { cameraNumbers, formatRate, NONE, pictureNumbers, type MediaRow, type Numbers } from './media-numbers.js'

it.each<[string, MediaRow, Numbers]>([
  ['our own, with a camera', { rtt: 12, camera: { width: 640, height: 480, fps: 15 }, bytesSentPerSecond: 62_400 }, { rtt: '12 ms', rate: '62 kB/s', size: '640×480', fps: '15' }],
  ['our own, without', { rtt: 0, camera: { width: 0, height: 0, fps: 0 }, bytesSentPerSecond: 4_020 }, { rtt: '0 ms', rate: '4.0 kB/s', size: NONE, fps: NONE }],
  ['a remote one', { rtt: 33, camera: { width: 1280, height: 720, fps: 29.6 }, bytesReceivedPerSecond: 0 }, { rtt: '33 ms', rate: '0.0 kB/s', size: '1280×720', fps: '30' }],
  ['nothing known', { rtt: 5 }, { rtt: '5 ms', rate: NONE, size: NONE, fps: NONE }],
])('%s', (_name, row, numbers) => {
  expect(cameraNumbers(row)).toEqual(numbers)
})

it.each([[0, '0.0 kB/s'], [9_940, '9.9 kB/s'], [9_960, '10 kB/s'], [1_234_567, '1235 kB/s']])('%d bytes per second are %s', (bytes, text) => {
  expect(formatRate(bytes)).toBe(text)
})

it('a picture that stands still has a size and 0 frames', () => {
  expect(pictureNumbers({ width: 960, height: 540, fps: 0 })).toEqual({ size: '960×540', fps: '0' })
})

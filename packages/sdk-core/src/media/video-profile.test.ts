import { expect, it } from 'vitest'
import { CAMERA, maxBitrateOf, pictureConstraints, readVideoProfile, SCREEN } from './video-profile.js'

it.each<[unknown, unknown]>([
  [{}, { width: 640, height: 480, frameRate: 15 }],
  [{ width: 1280, height: 720 }, { width: 1280, height: 720, frameRate: 15 }],
  [{ frameRate: 30, maxBitrate: 9 }, { width: 640, height: 480, frameRate: 30 }],
  [{ frameRate: 5 }, { width: 640, height: 480, frameRate: 5 }],
  [{ frameRate: 4 }, undefined],
  [{ frameRate: 31 }, undefined],
  [{ frameRate: '15' }, undefined],
  [{ frameRate: Number.NaN }, undefined],
  [{ width: 0 }, undefined],
  [{ width: 640.5 }, undefined],
  [{ height: -480 }, undefined],
  [{ height: '480' }, undefined],
  [null, undefined],
  ['640x480', undefined],
])('%j is %j for a camera', (config, profile) => { expect(readVideoProfile(config, CAMERA)).toEqual(profile) })

it('a screen has defaults of its own', () => {
  expect(readVideoProfile({}, SCREEN)).toEqual({ width: 960, height: 540, frameRate: 10 })
})

it.each([
  [640, 480, 15, 500], [1280, 720, 15, 1130], [1920, 1080, 15, 2080], [640, 480, 30, 750], [1280, 720, 30, 1710], [1920, 1080, 30, 3150],
])('%d x %d at %d is bounded as by the original: %d kbit/s', (width, height, frameRate, kilobits) => {
  const ratio = maxBitrateOf({ width, height, frameRate }, CAMERA) / 1000 / kilobits
  expect(Math.abs(ratio - 1), 'a power, not the table itself').toBeLessThan(0.015)
})

it('the defaults keep their documented bounds, and a smaller picture has a lower one', () => {
  expect([maxBitrateOf(CAMERA, CAMERA), maxBitrateOf(SCREEN, SCREEN)]).toEqual([500_000, 1_500_000])
  expect(maxBitrateOf({ width: 320, height: 240, frameRate: 15 }, CAMERA)).toBeLessThan(200_000)
})

it('a picture is asked for, not demanded', () => {
  expect(pictureConstraints({ width: 640, height: 480, frameRate: 15 })).toEqual({ width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 } })
})

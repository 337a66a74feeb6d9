import { expect, it } from 'vitest'
import { choiceRefusal, defaultChoices, deviceConstraints, encodingOf, shapeOf } from './local-choices.js'

it.each<[Partial<ReturnType<typeof defaultChoices>>, unknown[]]>([
  [{}, [undefined, undefined, undefined]],
  [{ enableCamera: false }, [undefined, 10130, undefined]],
  [{ audioOnly: true }, [undefined, 10120, 10120]],
  [{ audioOnly: true, enableCamera: false }, [undefined, 10120, 10120]],
])('with %j audio, camera and screen are refused with %j', (choices, codes) => {
  expect((['audio', 'camera', 'screen'] as const).map((slot) => choiceRefusal(slot, { ...defaultChoices(), ...choices })?.code)).toEqual(codes)
})

it.each<[unknown, unknown]>([
  [{ deviceId: 'abc' }, { deviceId: { exact: 'abc' } }],
  [{ deviceId: '' }, {}],
  [{ facingMode: 'environment' }, { facingMode: 'environment' }],
  [{ facingMode: 'user', label: 'front' }, { facingMode: 'user' }],
  [undefined, {}],
  [null, {}],
])('a camera %j is asked for with %j', (choice, constraints) => {
  expect(deviceConstraints('currentCamera', choice)).toEqual(constraints)
})

it.each(['abc', 5, {}, { deviceId: 5 }, { facingMode: 'left' }, []])('%j is no camera', (choice) => {
  expect(() => deviceConstraints('currentCamera', choice)).toThrow(expect.objectContaining({ code: 16974081, parameter: 'currentCamera' }))
})

it('a microphone faces nowhere', () => {
  expect(() => deviceConstraints('currentAudioCapture', { facingMode: 'user' })).toThrow(expect.objectContaining({ code: 16974081, parameter: 'currentAudioCapture' }))
})

it('a preview is larger than what is sent, unless that is larger still or it shall not be', () => {
  const width = (choices: Partial<ReturnType<typeof defaultChoices>>, user: 'preview' | 'publish' = 'preview') =>
    shapeOf('camera', user, { ...defaultChoices(), ...choices }).width
  const full = { width: 1920, height: 1080, frameRate: 30 }
  expect([width({}), width({}, 'publish'), width({ highDefinition: false })]).toEqual([{ ideal: 1280 }, { ideal: 640 }, { ideal: 640 }])
  expect(width({ profiles: { camera: full, screen: full } })).toEqual({ ideal: 1920 })
  expect(shapeOf('screen', 'preview', defaultChoices())).toEqual(shapeOf('screen', 'publish', defaultChoices()))
})

it('a track of the app is bounded by its own size', () => {
  expect(encodingOf('camera', defaultChoices(), { width: 640, height: 480, frameRate: 15 })).toEqual({ maxBitrate: 500_000 })
  expect(encodingOf('camera', defaultChoices(), { width: 1280, height: 720, frameRate: 30 }).maxBitrate).toBeGreaterThan(1_600_000)
  expect(encodingOf('screen', defaultChoices(), { frameRate: 0 }).maxBitrate, 'a canvas that stands still').toBeGreaterThan(900_000)
})

it('what is not of the app is bounded by its profile, and sound by what meters need', () => {
  expect(encodingOf('audio', defaultChoices())).toEqual({ maxBitrate: 64_000 })
  expect(encodingOf('camera', defaultChoices())).toEqual({ maxBitrate: 500_000, maxFramerate: 15 })
  expect(encodingOf('screen', defaultChoices())).toEqual({ maxBitrate: 1_500_000, maxFramerate: 10 })
})

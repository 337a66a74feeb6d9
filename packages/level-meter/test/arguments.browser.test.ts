import { beforeAll, describe, expect, test } from 'vitest'
import { LevelMeter, meterTrack, type LevelMeterOptions, type SourceOptions } from '../src/index.ts'

const offline = (): OfflineAudioContext => new OfflineAudioContext({ length: 128, sampleRate: 48_000 })

describe('create rejects', () => {
  test.each<[string, object, { name: string; message: RegExp }]>([
    ['an interval that is too short', { interval: 0.019 }, { name: 'RangeError', message: /interval/ }],
    ['an interval that is too long', { interval: 10.1 }, { name: 'RangeError', message: /interval/ }],
    ['an interval that is no number', { interval: NaN }, { name: 'RangeError', message: /interval/ }],
    ['an interval in words', { interval: '1' }, { name: 'RangeError', message: /interval/ }],
    ['a backend it does not know', { backend: 'gpu' }, { name: 'TypeError', message: /backend.*gpu/ }],
    ['a backend whose module was not imported', { backend: 'wasm-relaxed-simd' }, { name: 'NotSupportedError', message: /@earshot\/level-meter\/relaxed/ }],
    ['a workletUrl that is no URL', { workletUrl: 7 }, { name: 'TypeError', message: /workletUrl/ }],
    ['a workletUrl where no worklet is', { workletUrl: '/nothing-here.js' }, { name: 'Error', message: /workletUrl.*nothing-here/ }],
  ])('%s', async (_what, options, { name, message }) => {
    await expect(LevelMeter.create(offline(), options as LevelMeterOptions)).rejects.toMatchObject({ name, message: expect.stringMatching(message) as string })
  })

  test('what is no context', async () => {
    await expect(LevelMeter.create({} as AudioContext)).rejects.toThrow(/context must be/)
  })
})

test.each([0.02, 10])('an interval of %f s is accepted', async (interval) => {
  expect((await LevelMeter.create(offline(), { interval })).health).toBe('suspended')
})

describe('add throws', () => {
  let meter: LevelMeter
  let context: AudioContext
  beforeAll(async () => {
    context = new AudioContext()
    meter = await LevelMeter.create(context)
    return () => context.close()
  })
  const add = (source: unknown, onReading: unknown = () => undefined, options: SourceOptions = {}) => () => meter.add(source as AudioNode, onReading as () => void, options)


  test('for a node of another context', () => {
    expect(add(new GainNode(offline()))).toThrow(expect.objectContaining({ name: 'InvalidAccessError', message: expect.stringContaining('source') as string }))
  })

  test('for a video track', () => {
    const [track] = document.createElement('canvas').captureStream().getVideoTracks()
    expect(add(track)).toThrow(/source is a video track/)
  })

  test('for a stream without audio', () => {
    expect(add(document.createElement('canvas').captureStream())).toThrow(/without an audio track/)
  })

  test.each([[undefined], [null], ['microphone'], [{}]])('for the source %s', (source) => {
    expect(add(source)).toThrow(/source must be/)
  })

  test('without a callback', () => {
    expect(add(new GainNode(context), null)).toThrow(/onReading must be a function/)
  })

  test('for a track in an OfflineAudioContext', async () => {
    const offlineMeter = await LevelMeter.create(offline())
    const track = context.createMediaStreamDestination().stream
    expect(() => offlineMeter.add(track, () => undefined)).toThrow(expect.objectContaining({ name: 'NotSupportedError', message: expect.stringContaining('source') as string }))
  })

  test('for a node without outputs, leaving its input free', () => {
    for (let count = 0; count < 40; count++) expect(add(context.destination)).toThrow()
    expect(meter.add(new GainNode(context), () => undefined).state).toBe('no-data')
  })

  test('recycle throws for what is no Float32Array', () => {
    expect(() => { meter.recycle([] as unknown as Float32Array) }).toThrow(/pcm/)
  })
})

test('meterTrack rejects what add throws', async () => {
  await expect(meterTrack(document.createElement('canvas').captureStream(), () => undefined)).rejects.toThrow(/without an audio track/)
})

import { expect, it } from 'vitest'
import { MAX_SUMMARY, summarise } from './payload-summary.js'

const second = [...Array.from({ length: 11 }, () => new Float32Array(4096)), new Float32Array(2944)]
const stream = { getTracks: () => [{ kind: 'audio', id: 'sophon_audio' }, { kind: 'video', id: 'sophon_video_camera_large' }] }

it.each<[string, readonly [payload: unknown], string]>([
  ['a user', [{ userId: 'bob', displayName: 'Bob K', muteAudioPlaying: false, streamConfigs: [] }], '{ userId: bob, displayName: "Bob K", muteAudioPlaying: false, streamConfigs: [] }'],
  ['a second of sound', [[{ userId: '0', level: 42, buffer: second, peak: 0.4241237 }]], '[{ userId: "0", level: 42, buffer: 48000 samples, peak: 0.4241 }]'],
  ['one block', [new Float32Array(128)], '128 samples'],
  ['no rows', [[]], '[]'],
  ['a bye', [{ code: 3, message: undefined }], '{ code: 3 }'],
  ['numbers', [{ rtt: 12, audio: { level: 1 / 3 } }], '{ rtt: 12, audio: { level: 0.3333 } }'],
  ['numbers said twice', [{ userId: 'bob', rtt: 12, camera: { fps: 15 }, data: { camera: { fps: 15 }, rtt: 12 } }], '{ userId: bob, rtt: 12, camera: { fps: 15 }, data: {…} }'],
  ['numbers that differ', [{ rtt: 12, data: { rtt: 13 } }], '{ rtt: 12, data: { rtt: 13 } }'],
  ['a bare error text', ['no appid'], 'no appid'],
  ['words that look like values', [{ a: 'true', b: '12', c: 'NaN', d: '爱丽丝' }], '{ a: "true", b: "12", c: "NaN", d: 爱丽丝 }'],
  ['a stream', [{ userId: 'bob', mediaStream: stream }], '{ userId: bob, mediaStream: Object of audio sophon_audio and video sophon_video_camera_large }'],
  ['nothing', [undefined], 'undefined'],
  ['an error', [Object.assign(new TypeError('no sound'), { errorCode: 10201 })], 'TypeError { message: "no sound", errorCode: 10201 }'],
  ['functions', [{ code: 1, stop() {} }], '{ code: 1 }'],
])('%s is written compactly', (_name, payload, text) => {
  expect(summarise(payload[0])).toBe(text)
})

it('an endless payload ends', () => {
  const ring: Record<string, unknown> = {}
  ring['self'] = ring
  expect(summarise(ring)).toBe('{ self: { self: { self: { self: { self: … } } } } }')
  expect(summarise('x'.repeat(10_000))).toHaveLength(MAX_SUMMARY)
})
